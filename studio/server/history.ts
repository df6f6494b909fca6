/** @file The curves of a run, for whoever begins to look; long runs are thinned out. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunHistory } from '../protocol.js';
import type { StepLine } from './run-messages.js';

/** Steps that are kept at most. */
const most = 4000;

/** Grows a step at a time. */
export class History {
	private lines: StepLine[] = [];
	private every = 1;

	add(line: StepLine): void {
		const last = this.lines.at(-1)?.step ?? -1;
		if (line.step <= last) this.lines = this.lines.filter(({ step }) => step < line.step);
		if (line.step % this.every !== 0) return;
		this.lines.push(line);
		if (this.lines.length <= most) return;
		this.every *= 2;
		this.lines = this.lines.filter(({ step }) => step % this.every === 0);
	}

	get answer(): RunHistory {
		const { lines } = this;
		const prompts = lines.reduce((most, { scores }) => Math.max(most, scores.length), 0);
		return {
			step: lines.map(({ step }) => step),
			value: lines.map(({ value }) => value),
			scores: Array.from({ length: prompts }, (_, i) => lines.map(({ scores }) => scores[i] ?? null)),
			ms: lines.map(({ ms }) => ms),
		};
	}

	/** Of a run's folder; lines of metrics.jsonl that are none of a step are passed over. */
	static in(path: string): History {
		const history = new History();
		const file = join(path, 'metrics.jsonl');
		for (const text of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
			try {
				const { event, step, value, scores, ms } = JSON.parse(text) as { event: string } & StepLine;
				if (event === 'step' && Array.isArray(scores)) history.add({ step, value, scores, ms: ms ?? 0 });
			} catch {
				// A line that was cut off, or the empty end.
			}
		}
		return history;
	}
}
