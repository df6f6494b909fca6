/** @file A stage-1 checkpoint as an encoder: before there is a text tower, the names of concepts and colours stand for their prototypes. */

import { builtinViewCounts, type DualEncoder } from '../encoders/encoder.js';
import { imageTower } from '../encoders/image-tower.js';
import { ParameterStore } from '../encoders/parameters.js';
import { embeddingWidth } from '../encoders/tower-parts.js';
import { rowsOf } from '../encoders/vectors.js';
import { words } from '../encoders/words.js';
import type { Engine } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { colorNames } from '../guidance/color-words.js';
import { input } from '../tensor/index.js';
import { builtinViews } from '../views/index.js';
import { CaptionTargets, unitRows } from './caption-targets.js';
import { checkpointWeights } from './checkpoint.js';
import type { Corpus } from './corpus/index.js';

/** The encoder of the checkpoint in a folder. Texts: `[a] [colour] concept`; others are E_ARGUMENT. */
export function prototypeEncoder(folder: string, corpus: Pick<Corpus, 'concepts'>, engine: Engine): DualEncoder {
	const { weights, config, step } = checkpointWeights(folder);
	const { tower, maxScale } = config.objective;
	const store = new ParameterStore(weights);
	const prototypes = unitRows(weights, 'prototypes.concepts');
	// What colour a concept has by nature is not known yet: none named is none wanted.
	const natural = prototypes.map(() => new Float32Array(tower.embedding.color));
	const targets = new CaptionTargets(tower, prototypes, unitRows(weights, 'prototypes.colors'), natural);
	// `sign of the horns` is asked for by what is left of it.
	const plain = (text: string) => words(text).filter((w) => w !== 'a' && w !== 'an' && w !== 'the');
	const indices = new Map(corpus.concepts.map((c, k) => [plain(c.name).join(' '), k]));
	const width = embeddingWidth(tower);
	const meaning = (text: string) => {
		const parts = plain(text);
		const whole = indices.get(parts.join(' '));
		if (whole !== undefined) return { concepts: [whole], color: -1 };
		const color = (colorNames as readonly string[]).indexOf(parts[0] ?? '');
		const concept = indices.get(parts.slice(1).join(' '));
		return color >= 0 && concept !== undefined ? { concepts: [concept], color } : undefined;
	};
	const drawable = corpus.concepts.flatMap((c, k) => (c.drawable === false ? [] : [k]));
	return {
		name: `step ${step}`,
		hash: '',
		imageSize: tower.size,
		width,
		logitScale: Math.min(maxScale, Math.exp(weights.get('logit_scale')!.data[0]!)),
		views: builtinViews,
		...builtinViewCounts,
		canvas: Math.round(tower.size * 1.5),
		bank: {
			captions: drawable.map((k) => corpus.concepts[k]!.name),
			embeddings: drawable.map((k) => targets.embedding({ concepts: [k], color: -1 })),
		},
		imageGraph: (images) => imageTower(tower, store, images),
		encodeTexts: async (texts) =>
			texts.map((text) => {
				const found = meaning(text);
				if (!found) throw new AtelierError('E_ARGUMENT', `expected the name of a concept, got '${text}'`);
				return targets.embedding(found);
			}),
		async encodeImages(images) {
			const n = images.length / (tower.size ** 2 * 3);
			const graph = imageTower(tower, store, input('images', [n, tower.size, tower.size, 3]));
			const executable = await engine.compile({ embedding: graph });
			try {
				const { embedding } = await executable.run({ images });
				return rowsOf(embedding!, width);
			} finally {
				await executable.dispose();
			}
		},
		unknownWords: (text) => (meaning(text) ? [] : words(text)),
		isTruncated: () => false,
	};
}
