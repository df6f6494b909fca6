/** @file WebDataset shards of image-text samples: writing, reading. */

export { countSamples, type ReadShardsOptions, readShards, type Sample } from './reader.js';
export { claimFolder, type NewSample, type ShardTotals, type WriteShardsOptions, writeShards } from './writer.js';
