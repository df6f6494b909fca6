/** @file The public API: draw from words, or use the parts - tensors, engines, encoders, renderers, guidance, training. */

export * from './encoders/builtin.js';
export * from './encoders/clip.js';
export * from './encoders/encoder.js';
export * from './encoders/hub.js';
export * from './encoders/parameters.js';
export * from './encoders/safetensors.js';
export * from './encoders/tokenizer.js';
export * from './engines/index.js';
export * from './errors.js';
export * from './guidance/objective.js';
export * from './guidance/pixel-loss.js';
export * from './guidance/prompts.js';
export * from './image.js';
export * from './image-io.js';
export * from './painter/create-renderer.js';
export * from './painter/painter.js';
export * from './painter/setup.js';
export * from './painter/snapshot.js';
export * from './random.js';
export * from './recipe/schema.js';
export * from './renderers/pixels/index.js';
export * from './renderers/renderer.js';
export * from './renderers/strokes/index.js';
/** Symbolic tensors under their own name: `tensor.matmul(a, b)`. */
export * as tensor from './tensor/index.js';
export * from './training/concept-trainer.js';
export * from './training/contrastive/config.js';
export * from './training/contrastive/program.js';
export * from './training/contrastive/trainer.js';
export * from './training/corpus/index.js';
export * from './training/default-config.js';
export * from './training/finish.js';
export * from './views/index.js';
