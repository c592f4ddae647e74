import { idText } from '#node-protocol';

/** The session of the examples. */
export const exampleSession = {
  id: 'shop-every-night',
  description: 'shop and database together',
  schedule: { hour: '2', minute: '30' },
  holdOff: 60,
};

/** The id of a session in a path. */
export const sessionId = idText.meta({ example: exampleSession.id });
