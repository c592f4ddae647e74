import { image } from './image.mjs';
import { incompressible } from './incompressible.mjs';
import { mixed } from './mixed.mjs';
import { small } from './small.mjs';

/** In the order in which they are measured. */
export const sets = [mixed, small, image, incompressible];
