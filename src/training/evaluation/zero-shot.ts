/** @file Zero-shot classification by words: which name's embedding is nearest to a picture's; the worst names and what they are taken for. */

import { cosines, largest, rankOf, shareWithin } from './ranks.js';

/** Shares of pictures whose name is the nearest, or among the five nearest; as they are and in gray. */
export interface NameAccuracy {
	readonly top1: number;
	readonly top5: number;
	readonly grayTop1: number;
	readonly grayTop5: number;
	readonly pictures: number;
	readonly names: number;
}

/** How well words find pictures. */
export interface ZeroShotReport {
	/** Pictures of drawable concepts, told apart from the drawable concepts. */
	readonly drawable: NameAccuracy;
	/** Every picture, told apart from every name. */
	readonly all: NameAccuracy;
	/** Drawable names whose pictures rank worst, in order; `rank` is the mean, 0 the best. */
	readonly worst: readonly { readonly name: string; readonly rank: number; readonly pictures: number }[];
	/** Wrong first guesses among drawable names: the most frequent, then the surest (mean lead in cosine). */
	readonly confusions: readonly {
		readonly name: string;
		readonly takenFor: string;
		readonly pictures: number;
		readonly lead: number;
	}[];
}

/** Entries of the lists. */
const listed = 30;

/**
 * @param pictures embeddings of pictures, and of the same ones in gray
 * @param labels which name each picture bears
 * @param names embeddings of names, with which of them are drawable
 */
export function zeroShot(
	pictures: { readonly plain: readonly Float32Array[]; readonly gray: readonly Float32Array[] },
	labels: readonly number[],
	names: {
		readonly texts: readonly string[];
		readonly rows: readonly Float32Array[];
		readonly drawable: readonly boolean[];
	},
): ZeroShotReport {
	const { drawable } = names;
	const drawn = labels.flatMap((label, i) => (drawable[label] ? [i] : []));
	const scores = {
		plain: pictures.plain.map((p) => cosines(p, names.rows)),
		gray: pictures.gray.map((p) => cosines(p, names.rows)),
	};
	const accuracy = (chosen: readonly number[], asked?: readonly boolean[]): NameAccuracy => {
		const ranks = (of: readonly number[][]) => chosen.map((i) => rankOf(of[i]!, labels[i]!, asked));
		const [plain, gray] = [ranks(scores.plain), ranks(scores.gray)];
		return {
			top1: shareWithin(plain, 1),
			top5: shareWithin(plain, 5),
			grayTop1: shareWithin(gray, 1),
			grayTop5: shareWithin(gray, 5),
			pictures: chosen.length,
			names: asked ? asked.filter(Boolean).length : names.rows.length,
		};
	};

	const byName = new Map<number, number[]>();
	const wrong = new Map<string, { label: number; guess: number; leads: number[] }>();
	for (const i of drawn) {
		const label = labels[i]!;
		const own = scores.plain[i]!;
		const rank = rankOf(own, label, drawable);
		byName.set(label, [...(byName.get(label) ?? []), rank]);
		if (rank === 0) continue;
		const guess = largest(own.map((s, k) => (drawable[k] && k !== label ? s : Number.NEGATIVE_INFINITY)));
		const key = `${label} ${guess}`;
		const entry = wrong.get(key) ?? { label, guess, leads: [] };
		entry.leads.push(own[guess]! - own[label]!);
		wrong.set(key, entry);
	}
	const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
	return {
		drawable: accuracy(drawn, drawable),
		all: accuracy(labels.map((_, i) => i)),
		worst: [...byName]
			.map(([label, ranks]) => ({ name: names.texts[label]!, rank: mean(ranks), pictures: ranks.length }))
			.filter(({ rank }) => rank > 0)
			.sort((a, b) => b.rank - a.rank)
			.slice(0, listed),
		confusions: [...wrong.values()]
			.map(({ label, guess, leads }) => ({
				name: names.texts[label]!,
				takenFor: names.texts[guess]!,
				pictures: leads.length,
				lead: mean(leads),
			}))
			.sort((a, b) => b.pictures - a.pictures || b.lead - a.lead)
			.slice(0, listed),
	};
}
