/** @file The families of models that are known, and which one a model is of. */

import type { Family, ModelSource } from './architecture.js';
import { clipFamily } from './clip-family.js';

/** The first that recognises a model reads it. */
const families: readonly Family[] = [clipFamily];

/** The family of a model. */
export const familyOf = (source: ModelSource): Family => families.find((family) => family.recognises(source))!;
