/** @file How drawings fare under views that are the same for all: which candidates go on, and which parts can be done without. */

import { pixelLoss } from '../guidance/pixel-loss.js';
import type { Moment } from '../guidance/readings.js';
import { Random } from '../random.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import { look } from './looking.js';
import type { Candidate, PainterSetup } from './painter.js';
import { judgeRounds, tidyTolerance } from './plan.js';
import { numbersOf, putNumbers } from './stroke-edits.js';

/** How a drawing fares: the candidate's fields of the same names. */
type Judgement = Pick<Candidate, 'value' | 'scores' | 'pixelLoss'>;

/** The same, and how it fares at each place. */
type JudgementOfPlaces = Judgement & { readonly places: number[] };

/** The objective of parameters under views that are the same for every call. */
async function judge(
	setup: PainterSetup,
	moment: Moment,
	params: Parameters,
	rounds: number,
): Promise<JudgementOfPlaces> {
	const { renderer, guidance, target, seed } = setup;
	const { image } = renderer.render(params);
	const loss = target && pixelLoss(image, target.picture).value;
	const judgement = {
		value: target ? -target.weight * (loss ?? 0) : 0,
		scores: [] as number[],
		places: [] as number[],
		...(loss !== undefined && { pixelLoss: loss }),
	};
	if (guidance) {
		const random = new Random(seed).split('judge');
		for (let r = 0; r < rounds; r++) {
			// All of them, whoever's turn it is: drawings are compared.
			const seen = await look(guidance.eyes, image, renderer, random, moment);
			judgement.value += (guidance.weight * seen.value) / rounds;
			seen.scores.forEach((score, i) => {
				judgement.scores[i] = (judgement.scores[i] ?? 0) + score / rounds;
			});
			seen.places.forEach((value, p) => {
				judgement.places[p] = (judgement.places[p] ?? 0) + value / rounds;
			});
		}
	}
	return judgement;
}

/**
 * The candidates that fare best, in the order that they were in. Where things stand apart, the best of each place come together:
 * the j-th best drawing of the first place takes over the j-th best of every other.
 */
export async function narrowed(
	setup: PainterSetup,
	moment: Moment,
	candidates: readonly Candidate[],
	keep: number,
): Promise<Candidate[]> {
	const fared = new Map<Candidate, readonly number[]>();
	for (const candidate of candidates) {
		const { value, places } = await judge(setup, moment, candidate.params, judgeRounds);
		candidate.value = value;
		fared.set(candidate, places);
	}
	const { places = [] } = setup.renderer;
	if ([...fared.values()].every((values) => values.length === places.length && places.length > 1)) {
		const rankings = places.map((_, p) => [...candidates].sort((a, b) => fared.get(b)![p]! - fared.get(a)![p]!));
		return joined(setup.renderer, rankings, fared, keep).sort((a, b) => a.index - b.index);
	}
	const best = [...candidates].sort((a, b) => b.value - a.value).slice(0, keep);
	return candidates.filter((c) => best.includes(c));
}

/** Candidates made of the best of each place, by the rankings of the places. */
function joined(
	renderer: Renderer,
	rankings: readonly (readonly Candidate[])[],
	fared: ReadonlyMap<Candidate, readonly number[]>,
	keep: number,
): Candidate[] {
	// Copied first: one candidate may give what another takes.
	const parts = rankings.map((ranking, p) => {
		const { start, end } = renderer.places![p]!;
		const figures = Array.from({ length: end - start }, (_, i) => start + i);
		return ranking.slice(0, keep).map((candidate) => ({
			value: fared.get(candidate)![p]!,
			put({ params, adam }: Candidate) {
				for (const [to, numbers] of [
					[params, numbersOf(renderer, candidate.params, figures)],
					[adam.first, numbersOf(renderer, candidate.adam.first, figures)],
					[adam.second, numbersOf(renderer, candidate.adam.second, figures)],
				] as const)
					putNumbers(renderer, to, figures, numbers);
			},
		}));
	});
	return rankings[0]!.slice(0, keep).map((candidate, j) => {
		const { params, adam } = structuredClone({ params: candidate.params, adam: candidate.adam });
		const made: Candidate = { ...candidate, params, adam, value: 0 };
		for (const part of parts) {
			part[j]!.put(made);
			made.value += part[j]!.value;
		}
		return made;
	});
}

/** Try to do without each part but the locked ones, the least useful first; what does not help becomes invisible. */
export async function tidy(
	setup: PainterSetup,
	moment: Moment,
	candidates: readonly Candidate[],
	locked: ReadonlySet<number>,
): Promise<void> {
	const { renderer } = setup;
	if (!renderer.hide || !renderer.elements) return;
	const without = (params: Parameters, element: number) => {
		const copy = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.slice()]));
		renderer.hide?.(copy, element);
		return copy;
	};
	for (const candidate of candidates) {
		const losses: { element: number; value: number }[] = [];
		for (let element = 0; element < renderer.elements; element++)
			if (!locked.has(element))
				losses.push({ element, value: (await judge(setup, moment, without(candidate.params, element), 1)).value });
		losses.sort((a, b) => b.value - a.value || a.element - b.element);
		let now = await judge(setup, moment, candidate.params, 2);
		// Against the best so far, so that many small losses do not add up.
		let best = now.value;
		for (const { element } of losses) {
			const next = await judge(setup, moment, without(candidate.params, element), 2);
			if (next.value < best - tidyTolerance) continue;
			renderer.hide(candidate.params, element);
			now = next;
			best = Math.max(best, next.value);
		}
		const { places: _, ...fared } = now;
		Object.assign(candidate, fared);
	}
}
