/** @file Views: random distorted looks at one canvas, with the exact way back. */

export { applyViews, type ViewBatch } from './apply.js';
export { type Crop, cropOf } from './crop.js';
export { builtinViews, clipdrawViews, type Fill, plainView, type Range, type ViewOptions } from './options.js';
export { type Extent, sampleViews, type View } from './sample.js';
