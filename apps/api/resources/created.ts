import type { Response } from 'express';

/** Says with the answer where the new document is. */
export function createdAt(response: Response, resource: string, id: string): void {
  response.setHeader('Location', `/api/v1/${resource}/${encodeURIComponent(id)}`);
}
