/** @file How a batch looks while it is drawn: a small table of what is under way on a terminal, else a line for each cell that ends. */

import type { CellStep } from '../batch/draw-cell.js';
import type { Drawing } from '../batch/drawing.js';
import { cellLabel } from '../batch/sheet.js';
import { printable } from './printable.js';
import { duration } from './progress.js';

/** Milliseconds between redraws. */
const interval = 150;
const barWidth = 16;

/** Shows a batch on a stream. */
export class BatchView {
	private readonly live: boolean;
	private readonly running = new Map<Drawing, { step?: CellStep; begun: number }>();
	private shown = 0;
	private drawn = 0;

	constructor(
		private readonly out: NodeJS.WriteStream,
		private readonly quiet: boolean,
		private readonly total: number,
		private done: number,
	) {
		this.live = out.isTTY === true && process.env.TERM !== 'dumb' && !quiet;
	}

	started(drawing: Drawing): void {
		this.running.set(drawing, { begun: performance.now() });
		this.draw();
	}

	step(drawing: Drawing, step: CellStep): void {
		const row = this.running.get(drawing);
		if (row) row.step = step;
		this.draw();
	}

	/** A cell has ended, for good or for now; `outcome` is said of it. */
	ended(drawing: Drawing, outcome: string, counts = true): void {
		this.running.delete(drawing);
		if (counts) this.done++;
		this.note(`${this.done}/${this.total}  ${nameOf(drawing)}  ${outcome}`);
	}

	/** A line of its own, above the table. */
	note(message: string): void {
		if (this.quiet) return;
		this.clear();
		this.out.write(`${printable(message)}\n`);
		this.draw(true);
	}

	warn(message: string): void {
		this.clear();
		this.out.write(`warning: ${printable(message)}\n`);
		this.draw(true);
	}

	/** Leave nothing behind but what was said. */
	end(): void {
		this.running.clear();
		this.clear();
	}

	private draw(now = false): void {
		if (!this.live || (!now && performance.now() - this.drawn < interval)) return;
		this.clear();
		this.drawn = performance.now();
		const width = Math.max(20, (this.out.columns || 80) - 1);
		const rows = [...this.running]
			.slice(0, Math.max(1, (this.out.rows || 24) - 3))
			.map(([drawing, { step, begun }]) => {
				const share = step?.share ?? 0;
				const filled = Math.round(share * barWidth);
				const elapsed = (performance.now() - begun) / 1000;
				const eta = share > 0.02 ? duration((elapsed / share) * (1 - share)) : '?';
				const score = step?.scores.length ? `  score ${step.scores.map((s) => s.toFixed(3)).join(' ')}` : '';
				const told = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${step?.step ?? 0}/${drawing.cell.recipe.steps}${score}  ETA ${eta}`;
				return `${told}  ${nameOf(drawing)}`;
			});
		const lines = [...rows, `${this.done} of ${this.total} done`].map((line) => cut(line, width));
		this.out.write(lines.map((line) => `${line}\n`).join(''));
		this.shown = lines.length;
	}

	private clear(): void {
		if (this.shown > 0) this.out.write(`\u001b[${this.shown}A\r\u001b[0J`);
		this.shown = 0;
	}
}

/** What sets a cell apart; labels are a stranger's, and nothing of theirs steers the terminal. */
export function nameOf({ cell }: Drawing): string {
	return cut(printable(cellLabel(cell) || cell.folder), 120);
}

/** So many characters at most: a line that wraps could not be drawn over. Wide characters count twice. */
function cut(text: string, width: number): string {
	let used = 0;
	let kept = '';
	for (const character of text) {
		used +=
			/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
				character,
			)
				? 2
				: 1;
		if (used > width) return kept;
		kept += character;
	}
	return kept;
}
