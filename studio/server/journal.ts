/** @file The queue on disk: a line for every change, so that whatever ends the studio, it is known what waits; rewritten when it has grown long. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { guard, replaceFile } from '../../src/files.js';
import { checkRecipe } from '../../src/recipe/schema.js';
import { runId } from '../protocol.js';
import type { StoredRun } from './live-run.js';

/** Lines beyond those that are needed before it is rewritten. */
const slack = 500;

const states = [
	'queued',
	'preparing',
	'running',
	'paused',
	'done',
	'stopped',
	'failed',
	'cancelled',
	'interrupted',
] as const;
const lineSchema = z.discriminatedUnion('is', [
	z.object({
		is: z.literal('run'),
		run: z.object({
			id: runId,
			state: z.enum(states),
			recipe: z.unknown(),
			created: z.string(),
			finished: z.string().optional(),
			seconds: z.number(),
			step: z.number(),
			problem: z.unknown().optional(),
			budget: z.number().optional(),
			parent: z.object({ id: runId, step: z.number() }).optional(),
			changes: z.unknown().optional(),
		}),
	}),
	z.object({ is: z.literal('gone'), id: z.string() }),
	z.object({ is: z.literal('order'), ids: z.array(z.string()) }),
	z.object({ is: z.literal('paused'), paused: z.boolean() }),
]);

/** All that the queue remembers. */
export interface QueueState {
	/** Those that wait come in their order. */
	readonly runs: readonly StoredRun[];
	readonly order: readonly string[];
	readonly paused: boolean;
}

/** Written to as long as the studio runs. */
export class QueueJournal {
	private lines: number;

	private constructor(
		private readonly path: string,
		private file: number,
		private readonly state: () => QueueState,
	) {
		this.lines = 0;
	}

	/** What a journal says; lines that are cut off or damaged are passed over. */
	static read(path: string): QueueState {
		const runs = new Map<string, StoredRun>();
		let order: readonly string[] = [];
		let paused = false;
		const text = existsSync(path) ? guard(`a readable file '${path}'`, () => readFileSync(path, 'utf8')) : '';
		for (const line of text.split('\n')) {
			const read = readLine(line);
			if (read?.is === 'run') runs.set(read.run.id, read.run as StoredRun);
			else if (read?.is === 'gone') runs.delete(read.id);
			else if (read?.is === 'order') order = read.ids;
			else if (read?.is === 'paused') paused = read.paused;
		}
		return { runs: [...runs.values()], order, paused };
	}

	/** Begin to write, from what is the case now. @throws AtelierError E_IO */
	static begin(path: string, state: () => QueueState): QueueJournal {
		rewrite(path, state());
		return new QueueJournal(path, openSync(path, 'a'), state);
	}

	run(run: StoredRun): void {
		this.add({ is: 'run', run });
	}

	gone(id: string): void {
		this.add({ is: 'gone', id });
	}

	order(ids: readonly string[]): void {
		this.add({ is: 'order', ids });
	}

	paused(paused: boolean): void {
		this.add({ is: 'paused', paused });
	}

	close(): void {
		closeSync(this.file);
	}

	private add(line: unknown): void {
		guard(`to write to '${this.path}'`, () => {
			writeSync(this.file, `${JSON.stringify(line)}\n`);
			fsyncSync(this.file);
		});
		if (++this.lines < slack) return;
		this.lines = 0;
		closeSync(this.file);
		rewrite(this.path, this.state());
		this.file = openSync(this.path, 'a');
	}
}

function rewrite(path: string, { runs, order, paused }: QueueState): void {
	const lines = [...runs.map((run) => ({ is: 'run', run })), { is: 'order', ids: order }, { is: 'paused', paused }];
	replaceFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readLine(text: string): z.output<typeof lineSchema> | undefined {
	try {
		const line = lineSchema.parse(JSON.parse(text));
		if (line.is !== 'run') return line;
		const checked = checkRecipe(line.run.recipe);
		return 'recipe' in checked ? { ...line, run: { ...line.run, recipe: checked.recipe } } : undefined;
	} catch {
		return undefined;
	}
}
