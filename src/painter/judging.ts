/** @file How drawings fare under views that are the same for all: which candidates go on, and which parts can be done without. */

import { pixelLoss } from '../guidance/pixel-loss.js';
import type { Moment } from '../guidance/readings.js';
import { Random } from '../random.js';
import { firstFree } from '../renderers/paths/places.js';
import type { Parameters, Renderer } from '../renderers/renderer.js';
import { glance, jurors } from './looking.js';
import type { Candidate, PainterSetup } from './painter.js';
import { judgeRounds, tidyTolerance } from './plan.js';
import { putPlace } from './stroke-edits.js';

/** Compile what drawings are compared by, which is otherwise done when it is first needed: amid a run. */
export async function readyToJudge({ guidance }: Pick<PainterSetup, 'guidance'>): Promise<void> {
	for (const { objective, viewCount, imageSize } of guidance?.eyes ?? [])
		await objective.judge(new Float32Array(viewCount * imageSize ** 2 * 3));
}

/** How a drawing fares: the candidate's fields of the same names. */
type Judgement = Pick<Candidate, 'value' | 'scores' | 'pixelLoss'>;

/** The same, and how it fares at each place. */
type JudgementOfPlaces = Judgement & { readonly places: number[] };

/** The objective of parameters under views that are the same for every call. */
async function judge(
	setup: PainterSetup,
	moment: Moment,
	params: Parameters,
	least: number,
): Promise<JudgementOfPlaces> {
	const { renderer, guidance, target, seed } = setup;
	// More than a glance is by every member of an ensemble as often as by the others.
	const { members = 1 } = guidance ?? {};
	const rounds = least > 1 ? Math.ceil(least / members) * members : least;
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
			const seen = await glance(jurors(guidance, r), image, renderer, random, moment);
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
	const { renderer } = setup;
	const fared: (readonly [Candidate, JudgementOfPlaces])[] = [];
	for (const candidate of candidates) {
		const judgement = await judge(setup, moment, candidate.params, judgeRounds);
		candidate.value = judgement.value;
		fared.push([candidate, judgement]);
	}
	const best = (of: (judgement: JudgementOfPlaces) => number) =>
		[...fared]
			.sort(([, a], [, b]) => of(b) - of(a))
			.map(([candidate]) => candidate)
			.slice(0, keep);
	const { places = [] } = renderer;
	if (sharesNothing(renderer) && fared.every(([, { places: values }]) => values.length === places.length)) {
		const made = joined(
			renderer,
			places.map((_, p) => best((judgement) => judgement.places[p]!)),
			moment.step,
		);
		for (const candidate of made) {
			const { places: __, ...judgement } = await judge(setup, moment, candidate.params, judgeRounds);
			Object.assign(candidate, judgement);
		}
		return made.sort((a, b) => a.index - b.index);
	}
	const left = best(({ value }) => value);
	return candidates.filter((c) => left.includes(c));
}

/** Whether nothing that is learned belongs to several places: no ground and no palette. */
function sharesNothing({ places, partRanges, learningRates }: Renderer): boolean {
	const own = partRanges?.(0) ?? {};
	return (
		places !== undefined &&
		places.length > 1 &&
		Object.entries(learningRates).every(([name, rate]) => rate === 0 || name in own)
	);
}

/** Candidates of which the j-th has the figures of the j-th of each place's, with their moments; those that are given stay as they are. */
function joined(renderer: Renderer, best: readonly (readonly Candidate[])[], step: number): Candidate[] {
	return best[0]!.map((first, j) => {
		const lineage = best.map((ranked, p) => [...(ranked[j]!.lineage?.[p] ?? []), [step, ranked[j]!.index] as const]);
		const { looks: _, ...rest } = first;
		const made: Candidate = { ...rest, ...structuredClone({ params: first.params, adam: first.adam }), lineage };
		for (const [p, place] of renderer.places!.entries()) {
			const from = best[p]![j]!;
			putPlace(renderer, place, made.params, from.params);
			putPlace(renderer, place, made.adam.first, from.adam.first);
			putPlace(renderer, place, made.adam.second, from.adam.second);
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
	const { elements } = renderer;
	for (const candidate of candidates) {
		let now: JudgementOfPlaces | undefined;
		for (const { start, end, place } of partsOf(renderer, elements)) {
			const seen = eyesOnly(setup, place);
			const losses: { element: number; value: number }[] = [];
			for (let element = start; element < end; element++)
				if (!locked.has(element))
					losses.push({ element, value: (await judge(seen, moment, without(candidate.params, element), 1)).value });
			losses.sort((a, b) => b.value - a.value || a.element - b.element);
			now = await judge(seen, moment, candidate.params, 2);
			// Against the best so far, so that many small losses do not add up.
			let best = now.value;
			for (const { element } of losses) {
				const next = await judge(seen, moment, without(candidate.params, element), 2);
				if (next.value < best - tidyTolerance) continue;
				renderer.hide(candidate.params, element);
				now = next;
				best = Math.max(best, next.value);
			}
		}
		if (renderer.places?.length) now = await judge(setup, moment, candidate.params, 2);
		const { places: _, ...fared } = now!;
		Object.assign(candidate, fared);
	}
}

/** The figures of each place, and those of none, which are seen by all. */
function partsOf({ places = [] }: Renderer, elements: number): { start: number; end: number; place?: number }[] {
	const free = { start: firstFree(places), end: elements };
	return [...places.map(({ start, end }, place) => ({ start, end, place })), free].filter(
		({ start, end }) => end > start,
	);
}

/** A setup in which only those look who look at one place, where there are such. */
function eyesOnly(setup: PainterSetup, place: number | undefined): PainterSetup {
	const { guidance } = setup;
	const eyes = guidance?.eyes.filter((eye) => eye.place === place) ?? [];
	return guidance && eyes.length > 0 ? { ...setup, guidance: { ...guidance, eyes } } : setup;
}
