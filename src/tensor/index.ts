/** @file Symbolic tensors: build expressions, differentiate them, hand them to an engine. */

export * from './convolution.js';
export * from './elementwise.js';
export * from './gradients.js';
export * from './linear.js';
export * from './shaping.js';
export * from './simplify.js';
export * from './split.js';
export * from './tensor.js';
