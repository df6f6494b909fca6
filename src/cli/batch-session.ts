/** @file A batch as the command line sees it: planned, estimated, drawn, reported, and ended well on Ctrl-C. */

import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { BatchFolder, batchName, folderFor, readStored } from '../batch/batch-folder.js';
import { readDocument } from '../batch/document.js';
import type { Drawing } from '../batch/drawing.js';
import { estimateTime } from '../batch/estimate.js';
import { type Plan, planBatch } from '../batch/plan.js';
import { workerPool } from '../batch/pool.js';
import { type BatchSource, writeReport, writeSheet } from '../batch/report.js';
import { type BatchEvent, BatchRun, type Choice } from '../batch/run-batch.js';
import { findEncoder } from '../encoders/find-encoder.js';
import type { WildcardLists } from '../guidance/templates.js';
import { type Draft, merged, mergeField } from '../recipe/field.js';
import { atPresentVersion } from '../recipe/schema.js';
import { BatchView, nameOf } from './batch-view.js';
import { listenForInterrupts } from './interrupt.js';
import { duration } from './progress.js';
import { applySetting } from './settings.js';

/** What the command line asks for. */
export interface BatchCommand extends Choice {
	readonly file: string | undefined;
	/** Folder of a batch to go on with. */
	readonly resume: string | undefined;
	/** What lies under the file's recipe, and settings `key=value` that lie over it. */
	readonly base: { readonly under: Draft; readonly over: readonly string[] };
	readonly wildcards: WildcardLists;
	readonly outputs: string;
	readonly anew: boolean;
	readonly dryRun: boolean;
	readonly jobs: number | undefined;
	readonly json: boolean;
	readonly quiet: boolean;
}

/** Milliseconds between reports on the disk while drawing. */
const reportEvery = 2000;
/** Cells that a dry run lists for people. */
const mostListed = 200;

/** Draw a batch; resolves to the exit code: 1 when cells have failed, 130 after Ctrl-C. */
export async function runBatchCommand(command: BatchCommand): Promise<number> {
	const source = sourceOf(command);
	if (command.judge !== undefined) findEncoder(command.judge);
	const plan = await planBatch(source.document, {
		folder: dirname(source.file),
		name: source.name,
		wildcards: command.wildcards,
	});
	const cores = availableParallelism();
	const threads = Math.max(...plan.cells.map((cell) => cell.recipe.engine.threads));
	const jobs = Math.min(plan.cells.length, command.jobs ?? Math.max(1, Math.floor(cores / threads)));
	if (command.dryRun) return dryRun(command, plan, jobs, cores);

	const path = command.resume ?? folderFor(source.file, source.name, command.outputs, command.anew);
	const folder = BatchFolder.open(path);
	const say = (event: Record<string, unknown>) => command.json && process.stdout.write(`${JSON.stringify(event)}\n`);
	try {
		const run = new BatchRun(plan, folder, command, (event) => onEvent(event));
		// Said and kept before anything is drawn: by it the folder is found again.
		writeReport(folder, plan, run.drawings, source);
		const left = [...run.drawings.values()].filter(({ status }) => status !== 'drawn');
		const view = new BatchView(process.stderr, command.quiet, run.drawings.size, run.drawings.size - left.length);
		view.note(summaryOf(plan, run.drawings.size - left.length));
		if (jobs * threads > cores)
			view.note(
				`${jobs} jobs of ${threads} threads share ${cores} cores; with engine.threads ${Math.max(1, Math.floor(cores / jobs))} in the recipe they would not get in each other's way`,
			);
		say({
			event: 'start',
			folder: folder.path,
			cells: plan.cells.length,
			drawings: run.drawings.size,
			left: left.length,
			jobs,
		});

		let reported = performance.now();
		const trouble = new Set<string>();
		const onEvent = (event: BatchEvent) => {
			const { drawing } = event;
			const { hash, folder: name, labels } = drawing.cell;
			switch (event.kind) {
				case 'step':
					view.step(drawing, event.step);
					say({ event: 'step', hash, ...event.step });
					return;
				case 'started':
					view.started(drawing);
					say({ event: 'started', hash, folder: name, labels });
					return;
				case 'retried':
					view.warn(`${nameOf(drawing)}: ${event.error}; trying once more`);
					say({ event: 'retried', hash, error: event.error });
					return;
				case 'warning':
					// Cells of the same prompt have the same warnings.
					for (const warning of event.warnings.filter((w) => !trouble.has(w))) {
						trouble.add(warning);
						view.warn(warning);
						say({ event: 'warning', hash, message: warning });
					}
					return;
			}
			const { step, value, scores, seconds, error } = drawing;
			view.ended(drawing, outcomeOf(drawing), event.kind !== 'stopped');
			say({ event: event.kind, hash, folder: name, labels, step, value, scores, seconds, error });
			if (performance.now() - reported < reportEvery) return;
			writeReport(folder, plan, run.drawings, source);
			reported = performance.now();
		};
		const interruption = listenForInterrupts(() =>
			view.note('ending after the steps in progress; Ctrl-C again ends at once'),
		);
		const pool = workerPool(jobs);
		interruption.signal.addEventListener('abort', () => pool.stop());
		try {
			if (left.length > 0 && !command.quiet) {
				const recipes = left.map(({ cell }) => cell.recipe);
				const seconds = (await estimateTime(recipes, jobs, cores))?.seconds;
				if (seconds !== undefined)
					view.note(`about ${duration(seconds)} for ${counted(left.length, 'drawing')}, ${jobs} at once`);
				say({ event: 'estimate', seconds: seconds ?? null });
			}
			await run.run(pool);
		} finally {
			await pool.close();
			view.end();
			interruption.dispose();
			writeReport(folder, plan, run.drawings, source);
		}
		const sheet = await writeSheet(folder, plan, run.drawings);
		const failed = [...run.drawings.values()].filter(({ status }) => status === 'failed');
		for (const drawing of failed) view.warn(`failed: ${nameOf(drawing)}: ${drawing.error}`);
		const interrupted = interruption.exitCode !== undefined && run.finished.length < run.drawings.size;
		if (interrupted) view.note(`stopped; the same command goes on`);
		const rejected = [...run.drawings.values()].filter((d) => d.rejected).length;
		if (rejected > 0)
			view.note(
				`${counted(run.drawings.size - rejected, 'drawing')} kept, ${rejected} ${command.prune ? 'removed' : 'marked as rejected'}`,
			);
		say({
			event: interrupted ? 'stopped' : 'done',
			folder: folder.path,
			drawn: run.finished.length,
			failed: failed.map(({ cell, error }) => ({ hash: cell.hash, labels: cell.labels, error })),
			rejected,
			sheet: sheet ?? null,
			index: folder.file('index.html'),
		});
		if (!command.json) process.stdout.write(`${folder.path}\n`);
		if (interrupted) return interruption.exitCode ?? 0;
		return failed.length > 0 ? 1 : 0;
	} finally {
		folder.close();
	}
}

/** The file's document, or the one that a folder remembers, with what the command line says of all cells. */
function sourceOf({ file, resume, base }: BatchCommand): BatchSource & { readonly name: string } {
	const stored = resume === undefined || file !== undefined ? undefined : readStored(resume);
	const from = resolve(file ?? stored!.file);
	const document = stored?.document ?? readDocument(from);
	const recipe = merged(atPresentVersion(base.under), atPresentVersion(document.recipe)) as Draft;
	for (const setting of base.over) applySetting(recipe, setting, mergeField);
	return { file: from, document: { ...document, recipe }, name: stored?.name ?? batchName(from, document) };
}

async function dryRun(command: BatchCommand, plan: Plan, jobs: number, cores: number): Promise<number> {
	const recipes = [...new Map(plan.cells.map(({ hash, recipe }) => [hash, recipe])).values()];
	const estimate = await estimateTime(recipes, jobs, cores);
	if (command.json) {
		const cells = plan.cells.map(({ labels, hash, folder, recipe }) => ({ labels, hash, folder, recipe }));
		process.stdout.write(
			`${JSON.stringify({ event: 'plan', cells, drawings: recipes.length, jobs, seconds: estimate?.seconds ?? null })}\n`,
		);
		return 0;
	}
	const lines = plan.cells.slice(0, mostListed).map(({ labels, folder, recipe }, i) => {
		const told = Object.entries(labels).map(([name, label]) => `${name}=${label}`);
		const filled = recipe.prompts.filter((p) => p.template !== undefined).map((p) => `-> ${p.text}`);
		return `${String(i + 1).padStart(5)}  ${[...told, ...filled].join('  ')}  ${folder}`;
	});
	if (plan.cells.length > mostListed) lines.push(`       and ${plan.cells.length - mostListed} more`);
	lines.push(
		summaryOf(plan, 0),
		estimate
			? `about ${duration(estimate.seconds)}, ${jobs} at once, at ${(estimate.secondsPerStep * 1000).toFixed(0)} ms a step`
			: 'no estimate: the cells that were tried cannot be drawn',
	);
	process.stdout.write(`${lines.map((line) => line.replace(/\p{Cc}/gu, '\ufffd')).join('\n')}\n`);
	return 0;
}

function summaryOf({ axes, cells }: Plan, done: number): string {
	const different = new Set(cells.map(({ hash }) => hash)).size;
	const several = axes.filter(({ labels }) => labels.length > 1);
	const product =
		several.length > 1 ? `: ${several.map(({ name, labels }) => `${labels.length} ${name}`).join(' x ')}` : '';
	const alike = different < cells.length ? `, ${different} of them different` : '';
	return `${counted(cells.length, 'cell')}${product}${alike}${done > 0 ? `; ${done} done already` : ''}`;
}

function outcomeOf({ status, scores, seconds, step, cell, error }: Drawing): string {
	const score = scores.length > 0 ? `score ${scores.map((s) => s.toFixed(3)).join(' ')}  ` : '';
	if (status === 'failed') return `failed: ${error}`;
	if (status === 'drawn') return `${score}${duration(seconds)}`;
	return `${score}${status === 'outrun' ? 'stopped early, others fared better' : 'stopped'} at step ${step} of ${cell.recipe.steps}`;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
