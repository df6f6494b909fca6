/**
 * @file The judge: an encoder that did not guide the drawings and says what they show. Its word counts only when it has been
 * shown to know real pictures that neither it nor the guiding encoder learnt from.
 */

import { z } from 'zod';
import type { DualEncoder } from '../../encoders/encoder.js';
import { encoderConfig, findEncoder } from '../../encoders/find-encoder.js';
import { imageTower } from '../../encoders/image-tower.js';
import { modelFile, sha256 } from '../../encoders/model-folder.js';
import { judgeFormat, openEncoder } from '../../encoders/open-encoder.js';
import { ParameterStore } from '../../encoders/parameters.js';
import { readSafetensors } from '../../encoders/safetensors.js';
import { embeddingParts } from '../../encoders/tower-parts.js';
import { rowsOf } from '../../encoders/vectors.js';
import type { Engine } from '../../engines/index.js';
import { input } from '../../tensor/index.js';
import { validated } from '../../validation.js';
import { type Corpus, provenanceSchema } from '../corpus/index.js';
import { towerSchema } from '../default-config.js';
import { nameEmbeddings, type PictureEncoder, pictureEmbeddings } from './embeddings.js';
import { heldOutPictures, showPictures } from './held-out.js';
import { cosines, percent, rankOf, shareWithin } from './ranks.js';

/** config.json of a judge. */
export const judgeConfigSchema = z.object({
	format: z.literal(judgeFormat),
	name: z.string(),
	description: z.string(),
	tower: towerSchema,
	/** Names of the rows of the weight 'prototypes'. */
	names: z.array(z.string()).min(1),
	...provenanceSchema.shape,
});

export type JudgeConfig = z.infer<typeof judgeConfigSchema>;

/** A prompt, and the concepts of a corpus that it names. */
export interface NamedPrompt {
	readonly text: string;
	readonly concepts: readonly string[];
}

/** Says what pictures show. */
export interface Judge extends PictureEncoder {
	readonly name: string;
	readonly hash: string;
	/** Sources of the pictures that it was trained on; absent where it does not say. */
	readonly learntFrom?: readonly string[];
	/** Embeddings of names; undefined for one that it does not know. */
	names(names: readonly string[]): Promise<(Float32Array | undefined)[]>;
	/** Embeddings of what prompts ask for; undefined where it cannot say. */
	prompts(prompts: readonly NamedPrompt[]): Promise<(Float32Array | undefined)[]>;
}

/** Open a judge's folder, or any encoder by name or folder. @throws AtelierError E_ARGUMENT, E_CHECKPOINT */
export async function openJudge(nameOrPath: string, engine: Engine, threads?: number): Promise<Judge> {
	const folder = findEncoder(nameOrPath);
	const json = encoderConfig(folder);
	if (json.format !== judgeFormat) return textJudge(await openEncoder(nameOrPath, engine, threads ? { threads } : {}));
	return prototypeJudge(folder, validated(judgeConfigSchema, json, 'E_CHECKPOINT', `config.json in ${folder}`));
}

/** Compares with texts: knows every name, in its own way, and takes prompts as they are. */
export function textJudge(encoder: DualEncoder): Judge {
	return {
		name: encoder.name,
		hash: encoder.hash,
		imageSize: encoder.imageSize,
		width: encoder.width,
		...(encoder.learntFrom && { learntFrom: encoder.learntFrom }),
		imageGraph: (images) => encoder.imageGraph(images),
		names: (names) => nameEmbeddings(encoder, names),
		prompts: (prompts) => encoder.encodeTexts(prompts.map(({ text }) => text)),
	};
}

/** Compares with learned prototypes: knows the names that it was trained on, one thing a prompt, and takes no heed of colour. */
async function prototypeJudge(folder: string, config: JudgeConfig): Promise<Judge> {
	const path = modelFile(folder, 'model.safetensors', 'train the judge again');
	const store = new ParameterStore(readSafetensors(path).weights);
	const { tower, names } = config;
	const width = tower.embedding.shape;
	const prototypes = rowsOf(store.get('prototypes', [names.length, width]).data as Float32Array, width);
	const byName = new Map(names.map((name, i) => [name, prototypes[i]!]));
	const imageGraph: Judge['imageGraph'] = (images) => embeddingParts(tower, imageTower(tower, store, images))[0];
	// Once for the sake of the errors: a weight that is missing is better reported now.
	imageGraph(input('images', [1, tower.size, tower.size, 3]));
	return {
		name: config.name,
		hash: await sha256(path),
		imageSize: tower.size,
		width,
		learntFrom: config.learntFrom,
		imageGraph,
		names: async (asked) => asked.map((name) => byName.get(name)),
		prompts: async (prompts) =>
			prompts.map(({ concepts }) => (concepts.length === 1 ? byName.get(concepts[0]!) : undefined)),
	};
}

/** Whether a judge's word counts, and by what. */
export interface JudgeReport {
	readonly name: string;
	readonly valid: boolean;
	/** Why not. */
	readonly reason?: string;
	/** Shares of real pictures whose name it finds among the names in use. */
	readonly top1: number;
	readonly top5: number;
	readonly pictures: number;
	readonly names: number;
	/** Vendors of those pictures. */
	readonly vendors: readonly string[];
	/** False when it does not say what it learnt from, so that its never having seen the pictures is taken on trust. */
	readonly saysWhatItLearnt: boolean;
}

/** What a judge must show. */
export interface JudgeBar {
	/** Share of pictures whose name comes first. */
	readonly top1: number;
	/** Pictures that a share means something of. */
	readonly pictures: number;
}

export const judgeBar: JudgeBar = { top1: 0.5, pictures: 50 };

/**
 * Show a judge real pictures of the names in use, of vendors that neither it nor the guiding encoder learnt from.
 *
 * @param corpus whose held-out pictures are shown
 * @param guideLearntFrom sources that the guiding encoder was trained on
 */
export async function checkJudge(
	judge: Judge,
	engine: Engine,
	corpus: Corpus,
	names: readonly string[],
	guideLearntFrom: readonly string[],
	bar = judgeBar,
): Promise<JudgeReport> {
	const seen = new Set([...guideLearntFrom, ...(judge.learntFrom ?? [])]);
	const rows = await judge.names(names);
	const known = names.flatMap((name, i) => (rows[i] ? [{ name, row: rows[i] }] : []));
	const place = new Map(known.map(({ name }, i) => [name, i]));
	const label = (picture: number) => place.get(corpus.concepts[corpus.images[picture]!.concept]!.name);
	const heldOut = heldOutPictures(corpus);
	const unseen = heldOut.filter((i) => !seen.has(corpus.images[i]!.source));
	const shown = unseen.filter((i) => label(i) !== undefined);
	const embeddings = await pictureEmbeddings(judge, engine, shown.length, showPictures(corpus, shown, judge.imageSize));
	const table = known.map(({ row }) => row);
	const ranks = shown.map((picture, k) => rankOf(cosines(embeddings[k]!, table), label(picture)!));
	const top1 = shareWithin(ranks, 1);
	const vendors = (pictures: readonly number[]) => [...new Set(pictures.map((i) => corpus.images[i]!.source))].sort();
	const reason =
		shown.length === 0
			? `no picture of a vendor that neither it nor the guiding encoder learnt from: the corpus holds out ${vendors(heldOut).join(', ') || 'nothing'}`
			: shown.length < bar.pictures
				? `only ${shown.length} pictures that neither it nor the guiding encoder learnt from bear a name in use, of at least ${bar.pictures}`
				: top1 < bar.top1
					? `it knows ${percent(top1)} of ${shown.length} real pictures (${vendors(shown).join(', ')}) among ${known.length} names, of at least ${percent(bar.top1)}`
					: undefined;
	return {
		name: judge.name,
		valid: reason === undefined,
		...(reason !== undefined && { reason }),
		top1,
		top5: shareWithin(ranks, 5),
		pictures: shown.length,
		names: known.length,
		vendors: vendors(shown),
		saysWhatItLearnt: judge.learntFrom !== undefined,
	};
}
