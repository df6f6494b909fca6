/** @file Retrieval among pairs of pictures and captions: R@k, the share whose partner is among the k nearest, both ways. */

import type { Random } from '../../random.js';
import type { Corpus } from '../corpus/index.js';
import { heldOutPictures } from './held-out.js';
import { cosines, rankOf, shareWithin } from './ranks.js';

/** R@1, R@5 and R@10. */
export interface Recall {
	readonly r1: number;
	readonly r5: number;
	readonly r10: number;
}

/** Retrieval both ways. */
export interface RetrievalReport {
	readonly pairs: number;
	/** Pairs that were asked for; more than `pairs` when the corpus has too few distinct captions. */
	readonly wanted: number;
	/** From pictures to captions. */
	readonly captions: Recall;
	/** From captions to pictures. */
	readonly pictures: Recall;
}

/** A held-out picture by its index in the corpus, and what it is called. */
export interface CaptionedPicture {
	readonly picture: number;
	readonly caption: string;
}

/** Held-out pictures with distinct captions, `count` at most, drawn at random: each emoji's own name, else its concept's. */
export function captionedPictures(corpus: Corpus, count: number, random: Random): CaptionedPicture[] {
	const byCaption = new Map<string, CaptionedPicture>();
	for (const picture of heldOutPictures(corpus)) {
		const { label, concept } = corpus.images[picture]!;
		const caption = label ?? corpus.concepts[concept]!.name;
		if (!byCaption.has(caption)) byCaption.set(caption, { picture, caption });
	}
	return sampled([...byCaption.values()], count, random);
}

/** `count` items without repetition, in random order (Fisher-Yates); all of them when there are fewer. */
export function sampled<T>(items: readonly T[], count: number, random: Random): T[] {
	const list = [...items];
	const n = Math.min(count, list.length);
	for (let i = 0; i < n; i++) {
		const j = i + random.int(list.length - i);
		[list[i], list[j]] = [list[j]!, list[i]!];
	}
	return list.slice(0, n);
}

/** Recall of pairs: picture i belongs to caption i. */
export function retrieval(
	pictures: readonly Float32Array[],
	captions: readonly Float32Array[],
	wanted = pictures.length,
): RetrievalReport {
	const recall = (from: readonly Float32Array[], to: readonly Float32Array[]): Recall => {
		const ranks = from.map((row, i) => rankOf(cosines(row, to), i));
		return { r1: shareWithin(ranks, 1), r5: shareWithin(ranks, 5), r10: shareWithin(ranks, 10) };
	};
	return {
		pairs: pictures.length,
		wanted,
		captions: recall(pictures, captions),
		pictures: recall(captions, pictures),
	};
}
