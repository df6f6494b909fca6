/** @file R-precision: the share of drawings whose own prompt ranks first (or among five) of many names, by a judge. */

import type { Engine } from '../../engines/index.js';
import { Random } from '../../random.js';
import { applyViews, plainView, sampleViews } from '../../views/index.js';
import type { Corpus } from '../corpus/index.js';
import type { Drawing } from './drawings.js';
import { pictureEmbeddings } from './embeddings.js';
import type { Judge, NamedPrompt } from './judge.js';
import { cosines, largest, rankOf, shareWithin } from './ranks.js';
import { sampled } from './retrieval.js';

/** What the judge said of one drawing. */
export interface Verdict {
	/** Names that look more like the drawing than its prompt; absent when the judge cannot say. */
	readonly rank?: number;
	/** Cosine with its prompt less that with the nearest other name, in [-2, 2]; absent where the rank is. */
	readonly margin?: number;
	/** The name that the judge would give it. */
	readonly seenAs: string;
}

/** Of some drawings that were judged: how often their prompt ranks first, or among five, and the mean of their margins. */
export interface Precision {
	readonly at1: number;
	readonly at5: number;
	/** Tells drawings apart where nearly all, or hardly any, rank first. */
	readonly margin: number;
	readonly judged: number;
}

/** Of all drawings, and by group. */
export interface RPrecision extends Precision {
	/** Drawings of prompts that the judge has no single name for. */
	readonly notJudged: number;
	/** Names, the prompt's own included. */
	readonly names: number;
	readonly groups: Readonly<Record<string, Precision>>;
}

/** The names that drawings are told apart by: those of the prompts, and others of the corpus' drawable concepts that the judge knows, drawn at random. */
export async function namesInUse(
	judge: Judge,
	corpus: Corpus,
	prompts: readonly NamedPrompt[],
	count: number,
	random: Random,
): Promise<string[]> {
	const drawable = corpus.concepts.filter((c) => c.drawable !== false).map(({ name }) => name);
	const rows = await judge.names(drawable);
	const known = drawable.filter((_, i) => rows[i] !== undefined);
	const own = [...new Set(prompts.flatMap(({ concepts }) => concepts))];
	const others = known.filter((name) => !own.includes(name));
	return [...own, ...sampled(others, Math.max(0, count - own.length), random)];
}

/** Show the judge every drawing. */
export async function judgeDrawings(
	judge: Judge,
	engine: Engine,
	drawings: readonly Drawing[],
	prompts: readonly NamedPrompt[],
	names: readonly string[],
): Promise<Verdict[]> {
	const { imageSize } = judge;
	const embeddings = await pictureEmbeddings(judge, engine, drawings.length, (i, out, offset) => {
		const { picture } = drawings[i]!;
		const view = sampleViews(plainView, 1, picture, imageSize, new Random(0));
		out.set(applyViews(picture, view, imageSize).batch, offset);
	});
	const rows = await judge.names(names);
	const known = names.flatMap((name, i) => (rows[i] ? [{ name, row: rows[i] }] : []));
	const table = known.map(({ row }) => row);
	const own = await judge.prompts(prompts);
	return drawings.map(({ text }, i) => {
		const scores = cosines(embeddings[i]!, table);
		const seenAs = known[largest(scores)]!.name;
		const p = prompts.findIndex((prompt) => prompt.text === text);
		const wanted = own[p];
		if (!wanted) return { seenAs };
		// The prompt stands for its own names: they are no rivals of it.
		const { concepts } = prompts[p]!;
		const rivals = known.map(({ name }) => !concepts.includes(name));
		const [ownScore] = cosines(embeddings[i]!, [wanted]);
		const nearest = Math.max(-1, ...scores.filter((_, i) => rivals[i]));
		return {
			rank: rankOf([...scores, ownScore!], scores.length, [...rivals, true]),
			margin: ownScore! - nearest,
			seenAs,
		};
	});
}

/** Sum up verdicts. */
export function rPrecision(drawings: readonly Drawing[], verdicts: readonly Verdict[], names: number): RPrecision {
	const of = (chosen: (drawing: Drawing) => boolean): Precision => {
		const judged = drawings.flatMap((drawing, i) => {
			const { rank, margin } = verdicts[i]!;
			return chosen(drawing) && rank !== undefined && margin !== undefined ? [{ rank, margin }] : [];
		});
		const ranks = judged.map(({ rank }) => rank);
		return {
			at1: shareWithin(ranks, 1),
			at5: shareWithin(ranks, 5),
			margin: judged.reduce((sum, { margin }) => sum + margin, 0) / Math.max(1, judged.length),
			judged: ranks.length,
		};
	};
	const all = of(() => true);
	return {
		...all,
		notJudged: drawings.length - all.judged,
		names,
		groups: Object.fromEntries(
			[...new Set(drawings.map(({ group }) => group))].map((group) => [group, of((d) => d.group === group)]),
		),
	};
}
