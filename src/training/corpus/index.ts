/** @file The training corpus: building, opening, sampling, attribution. */

export { type BuildOptions, type BuildProgress, buildCorpus, type CorpusSummary } from './build.js';
export { type ConceptEntry, ConceptMatcher, defaultConcepts } from './concepts.js';
export type { CorpusConcept, CorpusFile, CorpusImage, CorpusSource } from './format.js';
export { type Corpus, corpusOf, loadCorpus } from './load.js';
export { noticeText } from './notice.js';
export { buildPairs, type PairsOptions, type PairsProgress, type PairsSummary } from './pairs.js';
export { joinProvenance, type Provenance, provenanceOf, provenanceSchema, refuseToShip } from './provenance.js';
export { createSampler, samplingWeights } from './sampler.js';
export { type ImageKind, licenceAllowed } from './sources.js';
export type { Word } from './words.js';
