/** @file The drawings of a batch and how they fare; which of a group are the best. */

import { groupBy } from './group-by.js';
import type { JournalLine } from './journal.js';
import type { Cell, Plan } from './plan.js';

/** Where a drawing stands. `outrun`: stopped early because others of its group fared better. */
export type Status = 'waiting' | 'drawing' | 'drawn' | 'outrun' | 'stopped' | 'failed';

/** A drawing, for one or more cells of the same recipe. */
export interface Drawing {
	readonly cell: Cell;
	status: Status;
	/** Steps done. */
	step: number;
	/** The objective; larger is better. */
	value?: number;
	/** Mean cosine with each prompt. */
	scores: readonly number[];
	/** Seconds of drawing, but for what was interrupted. */
	seconds: number;
	/** What a second encoder says. */
	likeness?: number;
	/** From 1, the best of its group; absent while that is open. */
	rank?: number;
	/** Not among the best that were to be kept. */
	rejected: boolean;
	/** Its folder was removed. */
	pruned: boolean;
	error?: string;
}

/** A drawing for each recipe of a plan, with what a journal remembers. */
export function drawingsOf(plan: Plan, lines: readonly JournalLine[], judge: string | undefined): Map<string, Drawing> {
	const drawings = new Map<string, Drawing>();
	for (const cell of plan.cells)
		if (!drawings.has(cell.hash))
			drawings.set(cell.hash, {
				cell,
				status: 'waiting',
				step: 0,
				scores: [],
				seconds: 0,
				rejected: false,
				pruned: false,
			});
	for (const line of lines) {
		const drawing = drawings.get(line.hash);
		if (!drawing) continue;
		if (line.event === 'judged' && line.judge === judge) drawing.likeness = line.likeness;
		// A drawing whose folder was removed may have been drawn again since.
		if (line.event === 'pruned') drawing.pruned = true;
		if (line.event === 'reached') drawing.pruned = false;
	}
	return drawings;
}

/** The better half of drawings that have come to the same point, rounded up; in their order. */
export function betterHalf(field: readonly Drawing[]): Drawing[] {
	const better = new Set(byMerit(field).slice(0, Math.ceil(field.length / 2)));
	return field.filter((drawing) => better.has(drawing));
}

/** Rank the finished drawings of each group, and reject all but the best `keep`. */
export function rankDrawings(drawings: Iterable<Drawing>, keep = Number.POSITIVE_INFINITY): void {
	for (const group of groupBy(drawings, ({ cell }) => cell.group).values())
		for (const [i, drawing] of byMerit(
			group.filter(({ status }) => status === 'drawn' || status === 'outrun'),
		).entries()) {
			drawing.rank = i + 1;
			drawing.rejected = i >= keep;
		}
}

/** The best first: those that were outrun come last; a second opinion counts before the first. Ties keep their order. */
function byMerit(field: readonly Drawing[]): Drawing[] {
	const judged = field.every(({ status, likeness }) => status === 'outrun' || likeness !== undefined);
	const merit = ({ likeness, value }: Drawing) => (judged ? likeness : undefined) ?? value ?? Number.NEGATIVE_INFINITY;
	return [...field].sort(
		(a, b) => Number(a.status === 'outrun') - Number(b.status === 'outrun') || merit(b) - merit(a) || 0,
	);
}
