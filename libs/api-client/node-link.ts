import {
  claimReply,
  heartbeatReply,
  jobFileGoneReply,
  jobView,
  pollReply,
  registerReply,
  reportReply,
  runStoragesReply,
  type AcknowledgeRequest,
  type ClaimReply,
  type ClaimRequest,
  type HeartbeatReply,
  type HeartbeatRequest,
  type JobFileRequest,
  type JobView,
  type PollReply,
  type RegisterReply,
  type RegisterRequest,
  type ReportReply,
  type ReportRequest,
  type RunStoragesReply,
  type RunStoragesRequest,
} from '#node-protocol';
import type { Connection } from './connection.js';

/** What a scheduler asks of the API. Every request may be sent again. */
export interface NodeLink {
  register(request: RegisterRequest, signal?: AbortSignal): Promise<RegisterReply>;
  poll(clientId: string, signal?: AbortSignal): Promise<PollReply>;
  putJobFile(file: string, request: JobFileRequest, signal?: AbortSignal): Promise<JobView>;
  removeJobFile(file: string, clientId: string, signal?: AbortSignal): Promise<{ stopped: boolean }>;
  acknowledge(jobId: string, request: AcknowledgeRequest, signal?: AbortSignal): Promise<JobView>;
  claim(request: ClaimRequest, signal?: AbortSignal): Promise<ClaimReply>;
  /** Storages that an action names, with secrets: never to be written down. */
  storages(runId: string, request: RunStoragesRequest, signal?: AbortSignal): Promise<RunStoragesReply>;
  heartbeat(runId: string, request: HeartbeatRequest, signal?: AbortSignal): Promise<HeartbeatReply>;
  report(runId: string, request: ReportRequest, signal?: AbortSignal): Promise<ReportReply>;
}

const NODE = '/api/v1/node';

export function nodeLink(connection: Connection): NodeLink {
  return {
    register: (body, signal) =>
      connection.ask(registerReply, { method: 'PUT', path: `${NODE}/client`, body, signal }),
    poll: (clientId, signal) =>
      connection.ask(pollReply, { method: 'GET', path: `${NODE}/jobs`, query: { clientId }, signal }),
    putJobFile: (file, body, signal) =>
      connection.ask(jobView, { method: 'PUT', path: jobFile(file), body, signal }),
    removeJobFile: (file, clientId, signal) =>
      connection.ask(jobFileGoneReply, {
        method: 'DELETE',
        path: jobFile(file),
        query: { clientId },
        signal,
      }),
    acknowledge: (jobId, body, signal) =>
      connection.ask(jobView, {
        method: 'POST',
        path: `${NODE}/jobs/${encodeURIComponent(jobId)}/acknowledgements`,
        body,
        signal,
      }),
    claim: (body, signal) =>
      connection.ask(claimReply, { method: 'POST', path: `${NODE}/claims`, body, signal }),
    storages: (runId, body, signal) =>
      connection.ask(runStoragesReply, { method: 'POST', path: `${run(runId)}/storages`, body, signal }),
    heartbeat: (runId, body, signal) =>
      connection.ask(heartbeatReply, { method: 'POST', path: `${run(runId)}/heartbeats`, body, signal }),
    report: (runId, body, signal) =>
      connection.ask(reportReply, { method: 'PUT', path: `${run(runId)}/report`, body, signal }),
  };
}

function jobFile(file: string): string {
  return `${NODE}/job-files/${encodeURIComponent(file)}`;
}

function run(runId: string): string {
  return `${NODE}/runs/${encodeURIComponent(runId)}`;
}
