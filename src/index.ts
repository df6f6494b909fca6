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
export * from './guidance/prompt-text.js';
export * from './guidance/prompts.js';
export * from './guidance/readings.js';
export * from './guidance/targets.js';
export { isTemplate } from './guidance/template-syntax.js';
export * from './guidance/templates.js';
export * from './guidance/wildcards.js';
export * from './image.js';
export * from './image-io.js';
export * from './painter/create-renderer.js';
export * from './painter/painter.js';
export * from './painter/setup.js';
export * from './painter/snapshot.js';
export * from './random.js';
export * from './recipe/carry/index.js';
export * from './recipe/hash.js';
export { recipeVersion } from './recipe/migrate.js';
export * from './recipe/preset.js';
export * from './recipe/resolve.js';
export * from './recipe/schema.js';
export * from './recipe/seed.js';
export * from './renderers/pixels/index.js';
export * from './renderers/renderer.js';
export * from './renderers/strokes/index.js';
/** Symbolic tensors under their own name: `tensor.matmul(a, b)`. */
export * as tensor from './tensor/index.js';
export * from './training/concept-trainer.js';
export * from './training/contrastive.js';
export * from './training/corpus/index.js';
export * from './training/corpus-shards.js';
/** Filters of image-text pairs: `curation.curate(...)`. */
export * as curation from './training/curation/index.js';
export * from './training/default-config.js';
export * from './training/evaluation/evaluate-encoder.js';
export * from './training/evaluation/report.js';
export * from './training/finish.js';
/** WebDataset shards: `shards.readShards(...)`. */
export * as shards from './training/shards/index.js';
export { type Issue, type JsonNode, jsonSchema } from './validation.js';
export * from './views/index.js';
