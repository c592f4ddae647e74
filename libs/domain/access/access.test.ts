import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure, type ProjectId, type UserId } from '#kernel';
import { mayDo, PERMISSIONS, requirePermission, ROLES, type Role } from './access.js';

const actor = (...roles: Role[]) => ({
  ...{ userId: 'u' as UserId, name: 'ann', project: 'own' as ProjectId, roles },
});

describe('who may do what', () => {
  const own: Readonly<Record<Role, readonly string[]>> = {
    admin: ['look', 'change', 'report', 'administer'],
    member: ['look', 'change'],
    reader: ['look'],
    service: ['look', 'report', 'unseal'],
  };
  for (const role of ROLES) {
    it(`${role}: ${own[role].join(', ')} in its own project, ${role === 'admin' ? 'and in others' : 'nothing in others'}`, () => {
      const may = (project: string) =>
        PERMISSIONS.filter((permission) => mayDo(actor(role), permission, project as ProjectId));
      assert.deepEqual(may('own'), own[role]);
      assert.deepEqual(may('other'), role === 'admin' ? own[role] : []);
    });
  }

  it('may do what any of its roles may, and without one nothing', () => {
    assert.ok(mayDo(actor('reader', 'service'), 'report', 'own' as ProjectId));
    assert.throws(
      () => requirePermission(actor(), 'look', 'own' as ProjectId),
      (error) => isFailure(error, 'auth.forbidden'),
    );
  });
});
