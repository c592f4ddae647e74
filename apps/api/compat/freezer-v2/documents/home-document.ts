const variables = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `param/${name}`]));
const hints = (...allow: readonly string[]) => ({ allow, formats: { 'application/json': {} } });

/** What `GET /v2` answers: https://mnot.github.io/I-D/json-home/ */
export const homeDocument = {
  resources: {
    'rel/backups': {
      'href-template': '/v2/{project_id}/backups/{backup_id}',
      'href-vars': variables('project_id', 'backup_id'),
      hints: hints('GET'),
    },
    'rel/jobs': {
      'href-template': '/v2/{project_id}/jobs{?all_projects,offset,limit}',
      'href-vars': variables('project_id', 'all_projects', 'offset', 'limit'),
      hints: hints('GET', 'POST'),
    },
    'rel/job': {
      'href-template': '/v2/{project_id}/jobs/{job_id}',
      'href-vars': variables('project_id', 'job_id'),
      hints: hints('GET', 'PATCH', 'POST', 'DELETE'),
    },
  },
};
