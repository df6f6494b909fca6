/** @file Draws the cells of a batch: what is done already is left alone, what fails is tried once more, what fares badly may be stopped early. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { guard } from '../files.js';
import type { BatchFolder } from './batch-folder.js';
import type { CellStep } from './draw-cell.js';
import { betterHalf, type Drawing, drawingsOf, rankDrawings } from './drawing.js';
import { groupBy } from './group-by.js';
import type { JournalLine } from './journal.js';
import { judge } from './judge.js';
import type { Plan } from './plan.js';
import type { Pool } from './pool.js';

/** How to choose among drawings. */
export interface Choice {
	/** Drawings of each group that are kept; all, if absent. */
	readonly keep?: number | undefined;
	/** An encoder that ranks them instead of the one that guided them. */
	readonly judge?: string | undefined;
	/** Remove the folders of the others. */
	readonly prune: boolean;
	/** Stop the worse half of each group at a quarter and at half of the steps. */
	readonly halving: boolean;
}

/** What happens while a batch is drawn. */
export type BatchEvent =
	| { readonly kind: 'started' | 'drawn' | 'outrun' | 'stopped' | 'failed'; readonly drawing: Drawing }
	| { readonly kind: 'step'; readonly drawing: Drawing; readonly step: CellStep }
	| { readonly kind: 'retried'; readonly drawing: Drawing; readonly error: string }
	| { readonly kind: 'warning'; readonly drawing: Drawing; readonly warnings: readonly string[] };

/** Times that a cell is tried in one go. */
const mostAttempts = 2;
/** Parts of the steps at which the worse half stops. */
const rungs = [0.25, 0.5];

/** One go at a batch. */
export class BatchRun {
	/** By the hashes of their recipes. */
	readonly drawings: ReadonlyMap<string, Drawing>;
	private readonly reached = new Map<string, Extract<JournalLine, { event: 'reached' }>>();
	private stopped = false;

	constructor(
		plan: Plan,
		private readonly folder: BatchFolder,
		private readonly choice: Choice,
		private readonly onEvent: (event: BatchEvent) => void = () => {},
	) {
		const { lines } = folder.journal;
		this.drawings = drawingsOf(plan, lines, choice.judge);
		const spent = new Map<string, number>();
		for (const line of lines) {
			if (line.event !== 'reached') continue;
			// Of all the parts that it was drawn in.
			const seconds = (spent.get(line.hash) ?? 0) + line.seconds;
			spent.set(line.hash, seconds);
			this.reached.set(`${line.hash} ${line.step}`, { ...line, seconds });
		}
		for (const drawing of this.drawings.values()) this.recall(drawing, drawing.cell.recipe.steps);
	}

	/** Drawings that are finished; before {@link run} those of earlier starts. */
	get finished(): Drawing[] {
		return [...this.drawings.values()].filter(({ status }) => status === 'drawn' || status === 'outrun');
	}

	/** Draw what is left, then rank it. Never rejects for a drawing that fails. @throws AtelierError E_IO when the journal cannot be written */
	async run(pool: Pool): Promise<void> {
		const groups = groupBy(this.drawings.values(), ({ cell }) => cell.group);
		await Promise.all([...groups.values()].map((group) => this.drawGroup(group, pool)));
		if (this.stopped) return;
		await this.secondOpinion();
		rankDrawings(this.drawings.values(), this.choice.keep);
		if (this.choice.prune) this.prune();
	}

	private async drawGroup(group: readonly Drawing[], pool: Pool): Promise<void> {
		let field = [...group];
		for (const part of this.choice.halving ? [...rungs, 1] : [1]) {
			await Promise.all(
				field.map((drawing) => this.drawTo(drawing, Math.ceil(part * drawing.cell.recipe.steps), pool)),
			);
			if (this.stopped) return;
			field = field.filter(({ status }) => status !== 'failed');
			if (part === 1) return;
			const better = betterHalf(field);
			for (const drawing of field) {
				if (better.includes(drawing)) continue;
				drawing.status = 'outrun';
				this.onEvent({ kind: 'outrun', drawing });
			}
			field = better;
		}
	}

	/** Draw up to a step, unless that was done before. */
	private async drawTo(drawing: Drawing, until: number, pool: Pool): Promise<void> {
		if (drawing.status === 'drawn' || this.recall(drawing, until)) return;
		const { cell } = drawing;
		for (let attempt = 1; ; attempt++)
			try {
				const end = await pool.draw({
					recipe: cell.recipe,
					path: this.folder.file(cell.folder),
					until,
					group: cell.group,
					onStart: () => {
						drawing.status = 'drawing';
						this.onEvent({ kind: 'started', drawing });
					},
					onStep: (step) => {
						drawing.step = step.step;
						this.onEvent({ kind: 'step', drawing, step });
					},
				});
				if (!end) {
					this.stopped = true;
					return;
				}
				if (end.warnings.length > 0) this.onEvent({ kind: 'warning', drawing, warnings: end.warnings });
				const { step, value, scores, seconds } = end;
				Object.assign(drawing, { step, value, scores, seconds: drawing.seconds + seconds });
				if (end.reached) {
					this.folder.journal.add({ event: 'reached', hash: cell.hash, step, value, scores: [...scores], seconds });
					drawing.status = step >= cell.recipe.steps ? 'drawn' : 'waiting';
					if (drawing.status === 'drawn') this.onEvent({ kind: 'drawn', drawing });
				} else {
					this.stopped = true;
					drawing.status = 'stopped';
					this.onEvent({ kind: 'stopped', drawing });
				}
				return;
			} catch (error) {
				const message = error instanceof Error ? error.message : String(error);
				if (attempt < mostAttempts) {
					this.onEvent({ kind: 'retried', drawing, error: message });
					continue;
				}
				const code = (error as { code?: unknown }).code;
				drawing.status = 'failed';
				drawing.error = message;
				this.folder.journal.add({
					event: 'failed',
					hash: cell.hash,
					message,
					...(typeof code === 'string' && { code }),
				});
				this.onEvent({ kind: 'failed', drawing });
				return;
			}
	}

	/** Take over what the journal says of a drawing at a step, if it was there and still is. */
	private recall(drawing: Drawing, until: number): boolean {
		const line = this.reached.get(`${drawing.cell.hash} ${until}`);
		const image = join(this.folder.file(drawing.cell.folder), 'image.png');
		if (!line || !(drawing.pruned || existsSync(image))) return false;
		const { step, value, scores, seconds } = line;
		Object.assign(drawing, { step, value, scores, seconds });
		if (step >= drawing.cell.recipe.steps) drawing.status = 'drawn';
		return true;
	}

	private async secondOpinion(): Promise<void> {
		const { judge: name } = this.choice;
		if (name === undefined) return;
		const open = this.finished.filter(
			({ status, likeness, pruned }) => status === 'drawn' && likeness === undefined && !pruned,
		);
		const pictures = open.map((drawing) => ({
			drawing,
			recipe: drawing.cell.recipe,
			group: drawing.cell.group,
			image: join(this.folder.file(drawing.cell.folder), 'image.png'),
		}));
		for await (const { picture, likeness } of judge(name, pictures)) {
			const { drawing } = picture;
			drawing.likeness = likeness;
			this.folder.journal.add({ event: 'judged', hash: drawing.cell.hash, judge: name, likeness });
		}
	}

	private prune(): void {
		for (const drawing of this.drawings.values()) {
			if (!drawing.rejected) continue;
			// Said first: what is gone must not be taken for undone.
			if (!drawing.pruned) this.folder.journal.add({ event: 'pruned', hash: drawing.cell.hash });
			drawing.pruned = true;
			const path = this.folder.file(drawing.cell.folder);
			guard(`to remove '${path}'`, () => rmSync(path, { recursive: true, force: true }));
		}
	}
}
