/** @file Makes a judge of a stage-1 checkpoint: the image tower and the prototypes of the concepts, by name, in fp16. */

import { join } from 'node:path';
import { judgeFormat } from '../../encoders/open-encoder.js';
import type { Weights } from '../../encoders/parameters.js';
import { writeSafetensors } from '../../encoders/safetensors.js';
import { replaceFile } from '../../files.js';
import { makeFolder } from '../../folders.js';
import { unitRows } from '../caption-targets.js';
import { checkpointFor } from '../checkpoint.js';
import { loadCorpus, type Provenance, refuseToShip } from '../corpus/index.js';
import { type ConceptAccuracy, evaluateConcepts } from './concept-accuracy.js';
import type { JudgeConfig } from './judge.js';

/**
 * Write a judge's folder; resolves to its accuracy on the held-out pictures of its corpus.
 *
 * @param options.corpus folder of the corpus that the checkpoint was trained on
 * @throws AtelierError E_CORPUS when the corpus is another one, or a share-alike judge would ship with the package
 */
export async function writeJudge(options: {
	readonly checkpoint: string;
	readonly corpus: string;
	readonly out: string;
	readonly name: string;
}): Promise<ConceptAccuracy & { readonly provenance: Provenance }> {
	const corpus = await loadCorpus(options.corpus);
	const { weights, config, step, provenance } = checkpointFor(options.checkpoint, corpus);
	refuseToShip(options.out, provenance);
	makeFolder(options.out);
	const { tower, concepts } = config.objective;
	const prototypes = new Float32Array(concepts * tower.embedding.shape);
	for (const [k, row] of unitRows(weights, 'prototypes.concepts').entries()) prototypes.set(row, k * row.length);
	const kept: Weights = new Map([...weights].filter(([name]) => name.startsWith('visual.')));
	kept.set('prototypes', { shape: [concepts, tower.embedding.shape], data: prototypes });
	const written: JudgeConfig = {
		format: judgeFormat,
		name: options.name,
		description: `judge: ${tower.kind ?? 'conv'} tower of ${tower.size} px, ${concepts} names, ${step} steps`,
		tower: structuredClone(tower) as JudgeConfig['tower'],
		names: corpus.concepts.map(({ name }) => name),
		...provenance,
	};
	writeSafetensors(join(options.out, 'model.safetensors'), kept, { dtype: 'F16', metadata: { format: judgeFormat } });
	replaceFile(join(options.out, 'config.json'), `${JSON.stringify(written)}\n`);
	return { ...(await evaluateConcepts(config, weights, corpus)), provenance };
}
