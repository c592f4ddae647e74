import type { Id, ProjectId, UserId } from '#kernel';

export type EndpointId = Id<'endpoint'>;

/** AES-256-GCM, in base64; `key` says which of the API's keys opens it. */
export interface SealedText {
  readonly key: string;
  readonly nonce: string;
  readonly text: string;
}

/** A secret of a storage: to be found on the client, in a file or a variable, or kept here under seal. */
export type EndpointSecret =
  { readonly file: string } | { readonly variable: string } | { readonly sealed: SealedText };

/** A storage that jobs name, kept by the API: kind, place and credentials of one destination. */
export interface FileEndpoint {
  readonly id: EndpointId;
  readonly project: ProjectId;
  readonly userId: UserId;
  /** Unique in its project; what an action's `storage` says. */
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  /** By the names of the kind's driver. Never a secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, EndpointSecret>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
