/** @file A second opinion: how much finished pictures are like their prompts to an encoder that did not guide them (the rerank of DALL-E, Ramesh et al. 2021). */

import type { DualEncoder } from '../encoders/encoder.js';
import { openEncoder } from '../encoders/open-encoder.js';
import { engineByName } from '../engines/index.js';
import { pictureEmbedding, promptTargets } from '../guidance/targets.js';
import { readPicture } from '../image-io.js';
import type { Recipe } from '../recipe/schema.js';

/** A finished picture. */
export interface Judged {
	readonly recipe: Recipe;
	/** Of the picture file. */
	readonly image: string;
	/** Pictures of a group have the same prompts. */
	readonly group: string;
}

/**
 * The weighted mean cosine of each picture with its prompts, in [-1, 1], one after another.
 *
 * @throws AtelierError as openEncoder does; E_IMAGE for a picture that cannot be read
 */
export async function* judge<T extends Judged>(
	name: string,
	pictures: readonly T[],
): AsyncGenerator<{ readonly picture: T; readonly likeness: number }> {
	const [first] = pictures;
	if (!first) return;
	const { threads, providers } = first.recipe.engine;
	const engine = await engineByName(first.recipe.engine.name, { threads, ...(providers && { providers }) });
	const encoder = await openEncoder(name, engine, { threads });
	const wanted = new Map<string, readonly Wanted[]>();
	for (const picture of pictures) {
		const targets = wanted.get(picture.group) ?? (await targetsOf(picture.recipe, encoder));
		wanted.set(picture.group, targets);
		const seen = await look(picture.image, encoder);
		const total = targets.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
		const pull = targets.reduce((sum, { embedding, weight }) => sum + weight * cosine(seen, embedding), 0);
		yield { picture, likeness: total > 0 ? pull / total : 0 };
	}
}

interface Wanted {
	readonly embedding: Float32Array;
	readonly weight: number;
}

/** What a recipe wants at its end, and what it avoids. */
async function targetsOf({ prompts, negative, images, steps }: Recipe, encoder: DualEncoder): Promise<Wanted[]> {
	const words = await promptTargets([...prompts, ...negative], encoder, () => {});
	const pictures: Wanted[] = [];
	for (const { path, weight } of images) pictures.push({ embedding: await look(path, encoder), weight });
	return [...words.filter((target) => target.counts?.({ step: steps, steps }) !== false), ...pictures];
}

const look = async (path: string, encoder: DualEncoder): Promise<Float32Array> =>
	pictureEmbedding(await readPicture(path, { onto: { width: encoder.imageSize, height: encoder.imageSize } }), encoder);

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
