import helmet from 'helmet';

/** What browsers are told. Scripts come from here only; the page of the docs has styles and pictures in its text. */
export function securityHeaders(): ReturnType<typeof helmet> {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
    // Encryption is the business of whoever stands before the API; over plain HTTP these are only warned about.
    hsts: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
}
