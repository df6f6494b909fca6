/** @file From prompts to what the objective aims at: texts read, embedded, and given their rivals. */

import type { DualEncoder } from '../encoders/encoder.js';
import type { Picture } from '../image.js';
import { Random } from '../random.js';
import { applyViews, plainView, sampleViews } from '../views/index.js';
import type { Target } from './objective.js';
import type { WeightedPrompt } from './prompts.js';
import { type Moment, type Reading, readText } from './readings.js';
import { bankRivals, colorVariants } from './rivals.js';

/**
 * Targets of prompts, one for each reading of each prompt; the prompts are numbered from 0.
 *
 * @param warn is told of words that the encoder does not know, or does not read
 * @throws AtelierError E_ARGUMENT for a prompt that is not well formed or never has words
 */
export async function promptTargets(
	prompts: readonly WeightedPrompt[],
	encoder: DualEncoder,
	warn: (warning: string) => void,
): Promise<Target[]> {
	const aims = prompts.flatMap(({ text, weight, stop }, prompt) => {
		const read = readText(text);
		return read.readings.map((reading, r) => ({
			prompt,
			stop,
			reading,
			weight: weight * reading.scale,
			variants: weight * reading.scale > 0 ? colorVariants(reading.text) : [],
			...(read.readings.length > 1 && { counts: (moment: Moment) => read.at(moment) === r }),
		}));
	});
	const texts = [
		...aims.map(({ reading }) => reading.text),
		...aims.flatMap(({ reading }) => reading.emphases.map((e) => e.without)),
		...aims.flatMap(({ variants }) => variants),
	];
	for (const text of new Set(aims.map(({ reading }) => reading.text)))
		for (const doubt of doubtsAbout(text, encoder)) warn(doubt);
	const embed = await embedder(texts, encoder);
	const embeddings = aims.map(({ reading }) => embeddingOf(reading, embed));
	// Prompts that are wanted together are no rivals of each other.
	const others = bankRivals(
		encoder.bank,
		embeddings.filter((_, i) => aims[i]!.weight > 0),
	);
	return aims.map(({ prompt, stop, weight, variants, counts }, i) => ({
		prompt,
		embedding: embeddings[i]!,
		weight,
		rivals: weight > 0 ? [...others, ...variants.map(embed)] : [],
		...(stop !== undefined && { stop }),
		...(counts && { counts }),
	}));
}

/** Embeddings by text, all made in one call: it compiles the text tower. */
async function embedder(texts: readonly string[], encoder: DualEncoder): Promise<(text: string) => Float32Array> {
	const list = [...new Set(texts)].filter((text) => text !== '');
	const embeddings = list.length > 0 ? await encoder.encodeTexts(list) : [];
	const byText = new Map(list.map((text, i) => [text, embeddings[i]!]));
	// What says nothing points nowhere.
	return (text) => byText.get(text) ?? new Float32Array(encoder.width);
}

/** e(text) + sum of factor (e(text) - e(without)), of unit length. */
function embeddingOf({ text, emphases }: Reading, embed: (text: string) => Float32Array): Float32Array {
	const plain = embed(text);
	if (emphases.length === 0) return plain;
	const aim = Float64Array.from(plain);
	for (const { without, factor } of emphases) {
		const other = embed(without);
		for (let i = 0; i < aim.length; i++) aim[i]! += factor * (plain[i]! - other[i]!);
	}
	const norm = Math.hypot(...aim);
	// Emphases that cancel the text out have no direction: the text's own is the best there is.
	return norm < 1e-6 ? plain : Float32Array.from(aim, (x) => x / norm);
}

/** What an encoder does not read of a text, or does not know of it, for people. */
export function doubtsAbout(text: string, encoder: DualEncoder): string[] {
	const unknown = encoder.unknownWords(text);
	return [
		...(encoder.isTruncated(text)
			? [`encoder '${encoder.name}' reads only the beginning of '${text}'; use fewer words`]
			: []),
		...(unknown.length > 0 ? [doubtOf(encoder.name, unknown)] : []),
	];
}

/** What to say of words that an encoder does not know. */
export const doubtOf = (encoder: string, unknown: readonly string[]): string =>
	`encoder '${encoder}' does not know ${unknown.map((w) => `'${w}'`).join(', ')}; it goes by the nearest words that it knows`;

/** What an encoder makes of a whole picture. */
export async function pictureEmbedding(picture: Picture, encoder: DualEncoder): Promise<Float32Array> {
	const [view] = sampleViews(plainView, 1, picture, encoder.imageSize, new Random(0));
	const { batch } = applyViews(picture, [view!], encoder.imageSize);
	const [embedding] = await encoder.encodeImages(batch);
	return embedding!;
}
