/**
 * @file How what guides looks at a drawing: each encoder through random views of its own, with an objective of its own. Of several
 * encoders e with shares s_e (their weights over the sum of them) the value is sum_e s_e value_e, its gradient the sum of theirs; or
 * they take turns, as often as their shares say. The members of an ensemble take turns in any case: what one of them alone
 * takes for the thing, the next does not. Where things stand apart from each other, eyes look at one place each, and the value is
 * the mean over the places.
 */

import type { Objective, ObjectiveValue } from '../guidance/objective.js';
import type { Moment } from '../guidance/readings.js';
import type { Picture } from '../image.js';
import type { Random } from '../random.js';
import type { Renderer } from '../renderers/renderer.js';
import { applyViews, cropOf, sampleViews, type ViewOptions } from '../views/index.js';
import type { Turns } from './turns.js';

/** An objective of so many views. */
export interface Sight {
	readonly objective: Objective;
	readonly viewCount: number;
}

/** How a drawing is looked at that is alone, and how each of several is where that is through fewer views. */
export interface Sights extends Sight {
	readonly scout?: Sight;
}

/** The objective of one encoder, or of a member of one, and how it looks at the drawing. */
export interface Eye extends Sights {
	readonly views: ViewOptions;
	readonly imageSize: number;
	/** Its part in what all say of one place, in (0, 1]; those of all who look there sum to 1. */
	readonly share: number;
	/** Which member it is, from 0; those of a recipe's encoders follow each other. */
	readonly member: number;
	/** The renderer's place that it looks at; absent: the whole canvas. */
	readonly place?: number;
	/** The prompts that its objective scores, among all; absent: all of them. */
	readonly prompts?: readonly number[];
}

/** What guides a drawing. */
export interface Guidance extends Turns {
	/** Those of one place have the same prompts. */
	readonly eyes: readonly Eye[];
	/** Weight against the pixel loss. */
	readonly weight: number;
}

/** What was seen. */
export interface Glance {
	readonly value: number;
	/** Mean cosine with each prompt, averaged by share. */
	readonly scores: number[];
	/** The value of each place; empty where the canvas is one. */
	readonly places: number[];
}

/** The same, and which way it gets better. */
export interface Look extends Glance {
	/** d value / d image. */
	pullback(): Float32Array;
}

/** What is looked at. */
type Canvas = Pick<Renderer, 'width' | 'height' | 'places'>;

/** The eyes that look at a step of a drawing: the only one that is left, or one of several. */
export function eyesAt({ eyes, turn }: Guidance, { step }: Moment, several = false): readonly Eye[] {
	const looking = inTurn(eyes, turn?.(step));
	return several ? looking.map((eye) => ({ ...eye, ...eye.scout })) : looking;
}

/** The eyes that look in a round, where drawings are compared: every encoder's, whoever's turn the step is. */
export const jurors = ({ eyes, jury }: Guidance, round: number): readonly Eye[] => inTurn(eyes, jury?.(round));

const inTurn = (eyes: readonly Eye[], shares: ReadonlyMap<number, number> | undefined): readonly Eye[] =>
	shares
		? eyes.filter(({ member }) => shares.has(member)).map((eye) => ({ ...eye, share: shares.get(eye.member)! }))
		: eyes;

/** Look at a picture on a canvas through new views of each eye, in their order. */
export async function look(
	eyes: readonly Eye[],
	image: Picture,
	canvas: Canvas,
	random: Random,
	moment: Moment,
): Promise<Look> {
	const { seen, parts } = await see(eyes, image, canvas, random, ({ objective }, batch) =>
		objective.evaluate(batch, moment),
	);
	return {
		...seen,
		pullback() {
			const [sum, ...others] = parts.map(({ result, pullback }) => pullback(result.gradient));
			for (const other of others) for (let i = 0; i < other.length; i++) sum![i]! += other[i]!;
			return sum!;
		},
	};
}

/** The same look for what it comes to alone, at half the work. */
export async function glance(
	eyes: readonly Eye[],
	image: Picture,
	canvas: Canvas,
	random: Random,
	moment: Moment,
): Promise<Glance> {
	return (await see(eyes, image, canvas, random, ({ objective }, batch) => objective.judge(batch, moment))).seen;
}

/** What one eye made of its views, and what their gradient is to the image. */
interface Seen<R> {
	readonly result: R;
	pullback(dViews: Float32Array): Float32Array;
}

async function see<R extends ObjectiveValue>(
	eyes: readonly Eye[],
	image: Picture,
	canvas: Canvas,
	random: Random,
	judge: (eye: Eye, batch: Float32Array) => Promise<R>,
): Promise<{ seen: Glance; parts: Seen<R>[] }> {
	let value = 0;
	const scores: number[] = [];
	const places: number[] = [];
	const parts: Seen<R>[] = [];
	// A prompt that several places share is scored by the mean of them.
	const seenAt = (prompt: number) =>
		new Set(eyes.filter(({ prompts }) => prompts?.includes(prompt) ?? true).map(({ place }) => place)).size;
	const seenPlaces = new Set(eyes.map(({ place }) => place)).size;
	for (const eye of eyes) {
		const { views, viewCount, imageSize, share: ofPlace, place, prompts } = eye;
		const share = ofPlace / seenPlaces;
		const part = place === undefined ? undefined : cropOf(image, canvas.places![place]!);
		const shown = part?.image ?? image;
		const looked = applyViews(shown, sampleViews(views, viewCount, shown, imageSize, random), imageSize);
		const result = await judge(eye, looked.batch);
		value += share * result.value;
		if (place !== undefined) places[place] = (places[place] ?? 0) + ofPlace * result.value;
		result.scores.forEach((score, i) => {
			const prompt = prompts?.[i] ?? i;
			scores[prompt] = (scores[prompt] ?? 0) + (ofPlace * score) / seenAt(prompt);
		});
		const pullback = (dViews: Float32Array) => {
			const gradient = looked.pullback(dViews).map((g) => share * g);
			return part ? part.pullback(gradient) : gradient;
		};
		parts.push({ result, pullback });
	}
	return { seen: { value, scores, places }, parts };
}
