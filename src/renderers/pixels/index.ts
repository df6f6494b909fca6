/** @file Pixel renderers. */

export { createPixels, type PixelOptions } from './pixels.js';
export { totalVariation } from './total-variation.js';
