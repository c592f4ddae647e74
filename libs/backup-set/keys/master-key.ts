import { containerId, type ContainerId } from '#kernel';
import { derive } from './derive.js';

/**
 * The id of the container that a master key is of. Anybody can wrap a key of their own for a known public key and lay it
 * down as a slot; what opens is the container's master key only if this says so.
 */
export function containerOf(master: Uint8Array): ContainerId {
  return containerId(derive(master, 'firn 1 container').subarray(0, 16));
}
