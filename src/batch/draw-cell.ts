/** @file Draws one cell into its folder, from wherever it had got to, up to a step. */

import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../errors.js';
import { runInFolder } from '../export/run.js';
import { RunFolder } from '../export/run-folder.js';
import { guard } from '../files.js';
import { Painter, type StepEvent } from '../painter/painter.js';
import { isTidied, workOf } from '../painter/plan.js';
import { type OpenedPainter, openPainter } from '../painter/setup.js';
import type { SharedParts } from '../painter/shared-parts.js';
import { loadSnapshot } from '../painter/snapshot.js';
import { recipeHash } from '../recipe/hash.js';
import type { Recipe } from '../recipe/schema.js';

/** What to draw, and where to. */
export interface CellTask {
	readonly recipe: Recipe;
	/** Path of the run folder; it need not exist. */
	readonly path: string;
	/** Step to stop at; at most the recipe's. */
	readonly until: number;
}

/** How far a cell is. */
export interface CellStep {
	readonly step: number;
	readonly steps: number;
	readonly value: number;
	readonly scores: readonly number[];
	/** Part of the work up to `until` that is done, 0 to 1. */
	readonly share: number;
}

/** How a cell fared up to where it was drawn. */
export interface CellEnd {
	/** False when it was interrupted before `until`. */
	readonly reached: boolean;
	readonly step: number;
	/** The objective, larger is better: what cells of a group are compared by. */
	readonly value: number;
	/** Mean cosine with each prompt; empty when words play no part. */
	readonly scores: readonly number[];
	/** Steps that were done before, by an earlier start. */
	readonly resumedAt: number;
	readonly seconds: number;
	readonly warnings: readonly string[];
}

/** Steps whose mean says how a drawing fares: each step's views are random. */
const judgedSteps = 10;

/** Draw a cell. @throws what a step throws; AtelierError as {@link openPainter} and for folders that cannot be written to */
export async function drawCell(
	task: CellTask,
	shared: SharedParts,
	hooks: { readonly signal?: AbortSignal; readonly onStep?: (step: CellStep) => void } = {},
): Promise<CellEnd> {
	const begun = performance.now();
	const warnings: string[] = [];
	const opened = await openPainter(task.recipe, { shared });
	try {
		const { folder, painter } = goOn(task.path, opened);
		const { setup } = painter;
		const resumedAt = painter.step;
		const stop = new AbortController();
		if (painter.step >= task.until) stop.abort();
		const all = workOf(setup, setup.steps, task.until);
		const end = await runInFolder(painter, folder, opened, {
			signal: AbortSignal.any([stop.signal, ...(hooks.signal ? [hooks.signal] : [])]),
			onTrouble: (error) => warnings.push(error.message),
			onStep({ step, steps, value, scores }: StepEvent) {
				if (step >= task.until) stop.abort();
				hooks.onStep?.({ step, steps, value, scores: [...scores], share: workOf(setup, setup.steps, step) / all });
			},
		});
		return {
			reached: end.step >= task.until,
			step: end.step,
			// Tidied at the end, a drawing has been judged with care; otherwise its last steps tell.
			...meanOfSteps(folder, end.finished && isTidied(setup) ? 1 : judgedSteps, end.step),
			resumedAt,
			seconds: (performance.now() - begun) / 1000,
			warnings: [...opened.warnings, ...warnings],
		};
	} finally {
		await opened.close();
	}
}

/** The drawing as an earlier start has left it, or a new one. */
function goOn(path: string, opened: OpenedPainter): { folder: RunFolder; painter: Painter } {
	// Never through a link: what is begun anew is emptied first.
	if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
		throw new AtelierError('E_IO', `expected a folder at '${path}', got a link; remove it`);
	const kept = tryReopen(path, opened);
	if (kept) return kept;
	const folder = RunFolder.begin(opened.recipe, path);
	return { folder, painter: Painter.create(opened.setup) };
}

function tryReopen(path: string, opened: OpenedPainter): { folder: RunFolder; painter: Painter } | undefined {
	if (!existsSync(join(path, 'recipe.json')) || !existsSync(join(path, 'snapshot'))) return undefined;
	try {
		const folder = RunFolder.open(path);
		// Another canvas, say, after an update of the encoder's.
		if (recipeHash(folder.recipe()) !== recipeHash(opened.recipe)) return undefined;
		const painter = loadSnapshot(folder.file('snapshot'), opened.setup);
		folder.rewindMetrics(painter.step);
		removeTemporary(path);
		return { folder, painter };
	} catch (error) {
		// Damaged: not by us, but a batch should not stand still for it.
		if (error instanceof AtelierError && ['E_RECIPE', 'E_CHECKPOINT'].includes(error.code)) return undefined;
		throw error;
	}
}

/** What a process that was killed had not yet renamed. */
function removeTemporary(path: string): void {
	guard(`to tidy up '${path}'`, () => {
		for (const name of readdirSync(path)) if (name.endsWith('.tmp')) rmSync(join(path, name), { force: true });
	});
}

/** Means over the last steps up to one, as recorded: the same whether or not the run was interrupted. */
function meanOfSteps(folder: RunFolder, most: number, until: number): Pick<CellEnd, 'value' | 'scores'> {
	const lines = guard('the metrics of a run', () => readFileSync(folder.file('metrics.jsonl'), 'utf8'))
		.trimEnd()
		.split('\n')
		.slice(-most - 1)
		.map((line) => JSON.parse(line) as { event: string; step: number; value: number; scores: number[] })
		.filter(({ event, step }) => event === 'step' && step > until - most);
	const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
	return {
		value: lines.length > 0 ? mean(lines.map(({ value }) => value)) : Number.NEGATIVE_INFINITY,
		scores: (lines[0]?.scores ?? []).map((_, i) => mean(lines.map(({ scores }) => scores[i]!))),
	};
}
