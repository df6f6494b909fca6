/**
 * @file The record of a training run, fed with its events: metrics.jsonl, and report.html made from it. Serves every
 * trainer whose events have a `kind`, a `step` and numbers. A run that goes on continues its record.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, unwritable } from '../../files.js';
import { makeFolder } from '../../folders.js';
import type { Point } from './curves.js';
import { type PageContents, pageOf, type Row, type Shown } from './page.js';

/** Something that happened; numbers become curves. */
export interface LoggedEvent {
	readonly kind: string;
	readonly step?: number;
	readonly message?: string;
}

/** How a run is introduced. */
export interface RunLogOptions {
	readonly title: string;
	readonly facts: Readonly<Record<string, string>>;
	/** Milliseconds between two versions of the page; default 10 s. */
	readonly interval?: number;
}

const metricsName = 'metrics.jsonl';
/** Columns of drawings on the page: the first, the latest, and some between. */
const mostDrawings = 8;
const mostWarnings = 20;

/** One line of metrics.jsonl. */
type Line = { readonly event: string; readonly step?: number } & Readonly<Record<string, unknown>>;

/** Keeps the record. */
export class RunLog {
	private readonly series = new Map<string, Point[]>();
	private readonly drawings = new Map<string, { step: number; png: Uint8Array }[]>();
	private readonly warnings: string[] = [];
	private examplesShown: PageContents['examples'];
	private begun = false;
	private written = 0;

	constructor(
		private readonly folder: string,
		private readonly options: RunLogOptions,
	) {
		makeFolder(folder);
	}

	/** Take an event down. The first one's step says where the record goes on: what was written of later steps is forgotten. */
	record(event: LoggedEvent): void {
		const { kind, ...rest } = event;
		// What comes before the first step has no place among the steps.
		if (rest.step !== undefined) this.begin(rest.step);
		if (kind === 'warning' && rest.message !== undefined) this.warnings.push(rest.message);
		this.remember({ event: kind, ...rest });
		if (this.begun) this.append({ event: kind, ...rest });
		const due = performance.now() - this.written > (this.options.interval ?? 10_000);
		if (kind === 'evaluation' || (this.begun && due)) this.write('running');
	}

	/** Show what some texts find; of the latest step alone. */
	examples(step: number, rows: readonly Row[]): void {
		this.examplesShown = { step, rows };
		this.write('running');
	}

	/** Keep a drawing made at a step: a file in drawings/, a line of metrics.jsonl, a cell of the page. */
	drawing(step: number, text: string, png: Uint8Array): void {
		const own = this.drawings.get(text) ?? [];
		const number = [...this.drawings.keys()].indexOf(text);
		const file = `drawings/${String(step).padStart(6, '0')}-${number < 0 ? this.drawings.size : number}.png`;
		makeFolder(join(this.folder, 'drawings'));
		replaceFile(join(this.folder, file), png);
		this.drawings.set(text, [...own, { step, png }]);
		this.append({ event: 'drawing', step, text, file });
		this.write('running');
	}

	/** The run has ended. */
	end(state: 'done' | 'stopped'): void {
		if (this.begun) this.write(state);
	}

	/** Read what an earlier part of the run has written before this step; forget the rest. */
	private begin(step: number): void {
		if (this.begun) return;
		this.begun = true;
		const path = join(this.folder, metricsName);
		const kept: string[] = [];
		for (const text of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
			const line = parseLine(text);
			if (!line || !((line.step ?? Number.POSITIVE_INFINITY) < step)) continue;
			kept.push(`${text}\n`);
			this.remember(line);
			const file = typeof line.file === 'string' ? join(this.folder, line.file) : '';
			if (line.event === 'drawing' && existsSync(file)) {
				const text = String(line.text);
				this.drawings.set(text, [...(this.drawings.get(text) ?? []), { step: line.step!, png: readFileSync(file) }]);
			}
		}
		replaceFile(path, kept.join(''));
	}

	private remember({ event, step, ...rest }: Line): void {
		if ((event !== 'step' && event !== 'evaluation') || step === undefined) return;
		for (const [name, value] of Object.entries(rest)) {
			if (typeof value !== 'number') continue;
			const points = this.series.get(name);
			if (points) points.push([step, value]);
			else this.series.set(name, [[step, value]]);
		}
	}

	private append(line: Line): void {
		const path = join(this.folder, metricsName);
		try {
			appendFileSync(path, `${JSON.stringify(line)}\n`);
		} catch (cause) {
			throw unwritable(`to append to '${path}'`, cause);
		}
	}

	private write(state: PageContents['state']): void {
		this.written = performance.now();
		const drawings = [...this.drawings].map(([text, list]): Row => {
			const pictures = spread(list, mostDrawings).map(({ step, png }): Shown => ({ png, caption: `step ${step}` }));
			return { text, pictures };
		});
		const last = (name: string) => this.series.get(name)?.at(-1)?.[1];
		const [steps, step] = [last('steps'), this.series.get('steps')?.at(-1)?.[0]];
		const eta = state === 'running' ? last('etaSeconds') : undefined;
		const page = pageOf({
			title: this.options.title,
			state,
			facts: {
				...(step !== undefined && { step: `${step} of ${steps}` }),
				...(eta !== undefined && { left: `${Math.ceil(eta / 60)} min` }),
				...this.options.facts,
			},
			series: this.series,
			...(this.examplesShown && { examples: this.examplesShown }),
			drawings,
			warnings: this.warnings.slice(-mostWarnings),
		});
		replaceFile(join(this.folder, 'report.html'), page);
	}
}

function parseLine(text: string): Line | undefined {
	try {
		const line = JSON.parse(text) as Line | null;
		return typeof line?.event === 'string' ? line : undefined;
	} catch {
		return undefined; // A line that was cut off, or the empty end.
	}
}

/** The first, the last, and evenly spread ones between. */
function spread<T>(list: readonly T[], most: number): T[] {
	if (list.length <= most) return [...list];
	return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}
