/** @file The families of models that are known, and which one a model is of. */

import { alignFamily } from './align-family.js';
import type { Family, ModelSource } from './architecture.js';
import { clipFamily, openClipSentenceFamily, ruclipFamily } from './clip-family.js';
import { mclipFamily } from './mclip-family.js';
import { mobileClipFamily } from './mobileclip-family.js';
import { siglipFamily } from './siglip-family.js';

/** The first that recognises a model reads it. */
const families: readonly Family[] = [
	siglipFamily,
	alignFamily,
	mclipFamily,
	mobileClipFamily,
	openClipSentenceFamily,
	ruclipFamily,
	clipFamily,
];

/** The family of a model. */
export const familyOf = (source: ModelSource): Family => families.find((family) => family.recognises(source))!;
