/** @file The numbers of single strokes (or shapes) in the parameters: kept, put back, held still, and more of them. */

import type { Place } from '../renderers/paths/places.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import type { AdamState } from './adam.js';
import type { Candidate } from './painter.js';

/** Where the numbers of some strokes are, one stroke after the other. */
function* partsOf(renderer: Renderer, groups: Parameters, strokes: Iterable<number>): Generator<Float32Array> {
	for (const stroke of strokes)
		for (const [name, range] of Object.entries(renderer.partRanges?.(stroke) ?? {}))
			yield groups[name]!.subarray(...range);
}

/** A copy of the numbers of some strokes. */
export const numbersOf = (renderer: Renderer, params: Parameters, strokes: Iterable<number>): Float32Array =>
	Float32Array.from([...partsOf(renderer, params, strokes)].flatMap((part) => [...part]));

/** Put such a copy back, in place. */
export function putNumbers(
	renderer: Renderer,
	params: Parameters,
	strokes: Iterable<number>,
	numbers: Float32Array,
): void {
	let at = 0;
	for (const part of partsOf(renderer, params, strokes)) {
		part.set(numbers.subarray(at, at + part.length));
		at += part.length;
	}
}

/** Put the figures of a place as they are in other parameters (or gradients, or moments) into these, in place. */
export function putPlace(renderer: Renderer, { start, end }: Place, to: Parameters, from: Parameters): void {
	const figures = Array.from({ length: end - start }, (_, i) => start + i);
	putNumbers(renderer, to, figures, numbersOf(renderer, from, figures));
}

/** Numbers of some strokes to 0, in place: of gradients, or of moments. */
export function zeroNumbers(renderer: Renderer, groups: Parameters, strokes: Iterable<number>): void {
	for (const part of partsOf(renderer, groups, strokes)) part.fill(0);
}

/** Forget where some strokes were heading: what a stroke has learned at one place is wrong at another. */
export function forgetMoments(renderer: Renderer, { first, second }: AdamState, strokes: readonly number[]): void {
	zeroNumbers(renderer, first, strokes);
	zeroNumbers(renderer, second, strokes);
}

/** A candidate with one more stroke on top, of these numbers. */
export function withStroke(candidate: Candidate, more: Parameters): Candidate {
	const longer = (groups: Parameters, added: (group: Float32Array) => Float32Array) =>
		Object.fromEntries(
			Object.entries(groups).map(([name, group]) =>
				more[name] ? [name, Float32Array.of(...group, ...added(more[name]))] : [name, group],
			),
		);
	const zeros = (group: Float32Array) => new Float32Array(group.length);
	const { params, adam } = candidate;
	return {
		...candidate,
		params: longer(params, (group) => group),
		adam: { step: adam.step, first: longer(adam.first, zeros), second: longer(adam.second, zeros) },
	};
}
