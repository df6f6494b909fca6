/** @file A drawing run as the command line sees it: opens the painter, fits the steps into the time, reports, and ends well on Ctrl-C. */

import { rmSync } from 'node:fs';
import { AtelierError } from '../errors.js';
import { type BranchChanges, branch } from '../export/branch.js';
import { runInFolder } from '../export/run.js';
import { RunFolder } from '../export/run-folder.js';
import { readJson } from '../files.js';
import { makeFolder } from '../folders.js';
import { encodePng } from '../image-io.js';
import { measurePace, stepsWithin } from '../painter/budget.js';
import { Painter, type PainterSetup, type StepEvent } from '../painter/painter.js';
import { workOf } from '../painter/plan.js';
import { type OpenedPainter, openPainter, refuseOther } from '../painter/setup.js';
import { loadSnapshot } from '../painter/snapshot.js';
import { type Recipe, redrawn } from '../recipe/schema.js';
import { seedWord } from '../recipe/seed.js';
import { listenForInterrupts } from './interrupt.js';
import { printable } from './printable.js';
import { duration, Progress } from './progress.js';

/** How to report. */
export interface Reporting {
	readonly json: boolean;
	readonly quiet: boolean;
}

/** Part of a time budget that measuring may take. */
const measuringShare = 0.05;

/** A run that has ended. */
export interface DrawnRun {
	readonly exitCode: number;
	readonly folder: RunFolder;
	/** Steps done. */
	readonly step: number;
	/** With everything resolved. */
	readonly recipe: Recipe;
	/** What the encoder ran on. */
	readonly engine: string;
}

/** Draw a recipe into a new run folder; `stopAt` ends it after that many steps. */
export async function drawRecipe(
	recipe: Recipe,
	options: Reporting & {
		outputs: string;
		frames?: boolean;
		keepSnapshots?: number | undefined;
		hints?: readonly string[];
		seconds?: number | undefined;
		stopAt?: number | undefined;
	},
): Promise<DrawnRun> {
	// Found out before the models are loaded.
	makeFolder(options.outputs);
	const report = new Reporter(options);
	const opened = await openPainter(recipe);
	try {
		const { seed } = opened.recipe;
		report.note(`seed ${seed} (${seedWord(seed)})`);
		for (const warning of [...(options.hints ?? []), ...opened.warnings]) report.warn(warning);
		const cap = recipe.steps * longestRun(recipe);
		const steps = options.seconds === undefined ? recipe.steps : await stepsFor(opened, options.seconds, cap, report);
		const setup: PainterSetup = { ...opened.setup, steps };
		const folder = RunFolder.create({ ...opened.recipe, steps }, options.outputs);
		const painter = Painter.create(setup);
		const end = await run(painter, folder, opened, report, options).catch((error: unknown) => {
			// Of an encoder that is damaged there is nothing to keep.
			if (painter.step === 0 && error instanceof AtelierError && error.code === 'E_CHECKPOINT')
				rmSync(folder.path, { recursive: true, force: true });
			throw error;
		});
		return { ...end, folder, recipe: opened.recipe, engine: opened.engine };
	} finally {
		await opened.close();
	}
}

/** Of how many times its steps a recipe still gains: on sheets of drawings from words, two and three times looked no better, or worse. */
const longestRun = (recipe: Recipe): number => (redrawn(recipe) ? 4 : 1);

/** Go on with the run in a folder; resolves to the exit code. */
export async function resumeRun(path: string, reporting: Reporting): Promise<number> {
	const report = new Reporter(reporting);
	const folder = RunFolder.open(path);
	const opened = await openPainter(folder.recipe());
	try {
		refuseOther(folder.recipe(), opened.recipe);
		for (const warning of opened.warnings) report.warn(warning);
		const painter = loadSnapshot(folder.file('snapshot'), opened.setup);
		folder.rewindMetrics(painter.step);
		report.note(painter.done ? `all ${painter.step} steps were done already` : `going on after step ${painter.step}`);
		return (await run(painter, folder, opened, report)).exitCode;
	} finally {
		await opened.close();
	}
}

/** Draw a branch of the run in a folder into a new folder in `outputs`; resolves to the exit code. */
export async function drawBranch(
	path: string,
	step: number,
	changes: BranchChanges,
	options: Reporting & { outputs: string; frames?: boolean; keepSnapshots?: number | undefined },
): Promise<number> {
	makeFolder(options.outputs);
	const report = new Reporter(options);
	const made = await branch(path, step, changes);
	const { opened, painter } = made;
	try {
		for (const warning of opened.warnings) report.warn(warning);
		const folder = made.create(options.outputs);
		if (painter.step < step) report.note(`catching up with step ${step} from ${painter.step}`);
		return (await run(painter, folder, opened, report, options)).exitCode;
	} finally {
		await opened.close();
	}
}

interface RunOptions {
	/** Default: all. */
	readonly stopAt?: number | undefined;
	readonly frames?: boolean | undefined;
	readonly keepSnapshots?: number | undefined;
}

async function run(
	painter: Painter,
	folder: RunFolder,
	opened: OpenedPainter,
	report: Reporter,
	{ stopAt = painter.setup.steps, frames = true, keepSnapshots = 0 }: RunOptions = {},
): Promise<Pick<DrawnRun, 'exitCode' | 'step'>> {
	report.event({
		event: 'start',
		folder: folder.path,
		engine: opened.engine,
		recipe: readJson(folder.file('recipe.json')),
	});
	if (folder.recipe().engine.name !== 'onnxruntime') report.note(`engine: ${opened.engine}`);
	const { setup } = painter;
	const begun = performance.now();
	const totalWork = workOf(setup, setup.steps, stopAt);
	const firstWork = workOf(setup, setup.steps, painter.step);
	const interruption = listenForInterrupts(() => report.note('ending after this step; Ctrl-C again ends at once'));
	const stop = new AbortController();
	if (painter.step >= stopAt) stop.abort();
	try {
		const end = await runInFolder(painter, folder, opened, {
			signal: AbortSignal.any([interruption.signal, stop.signal]),
			frames,
			keepSnapshots,
			onTrouble: (error) => report.warn(`${error.message}; drawing on`),
			onStep: (event) => {
				const done = workOf(setup, setup.steps, event.step);
				const left = totalWork - done;
				const elapsed = (performance.now() - begun) / 1000;
				report.step(event, (elapsed * left) / Math.max(1, done - firstWork));
				if (event.step >= stopAt) stop.abort();
			},
		});
		report.end();
		const seconds = Math.round(performance.now() / 10) / 100;
		const { image, svg } = end.pictures;
		report.event({
			event: end.finished ? 'done' : 'stopped',
			folder: folder.path,
			step: end.step,
			image,
			svg: svg ?? null,
			seconds,
		});
		if (!end.finished) report.note(`stopped after step ${end.step} of ${setup.steps}; go on with --resume`);
		report.result(folder.path);
		return { exitCode: end.finished ? 0 : (interruption.exitCode ?? 0), step: end.step };
	} finally {
		report.end();
		interruption.dispose();
	}
}

/** Steps that fit into `seconds` from now on, measuring and the last picture included; never fewer than make a drawing. */
async function stepsFor(opened: OpenedPainter, seconds: number, cap: number, report: Reporter): Promise<number> {
	const begun = performance.now();
	const pace = await measurePace(opened.setup, seconds * measuringShare);
	const before = performance.now();
	await encodePng(Painter.create({ ...opened.setup, candidates: 1 }).picture(opened.scale));
	const finishing = (performance.now() - before) / 1000;
	const left = seconds - (performance.now() - begun) / 1000 - finishing - 0.2;
	const { steps, short } = stepsOrLeast(stepsWithin(opened.setup, pace, left, cap), cap);
	const each = `${steps} step${steps === 1 ? '' : 's'} at ${(pace.perStep * 1000).toFixed(0)} ms`;
	if (short) {
		const needed = Math.ceil(workOf({ ...opened.setup, scouting: pace.scouting }, steps) * pace.perStep + finishing);
		report.warn(
			`${seconds} s are too short for a drawing; taking ${each} all the same, about ${duration(needed)}; --steps takes fewer`,
		);
	} else report.note(`${each} fit into ${seconds} s`);
	return steps;
}

/** Steps that make a drawing: with fewer, prompts are hardly begun on when the candidates are narrowed. */
const leastSteps = 40;

/** The steps that fit, or the least that make a drawing; at most `cap`. */
export function stepsOrLeast(fitting: number, cap: number): { readonly steps: number; readonly short: boolean } {
	const steps = Math.max(fitting, Math.min(leastSteps, cap));
	return { steps, short: steps > fitting };
}

/** Where things are said: events and results on stdout, everything else on stderr. */
class Reporter {
	private readonly progress: Progress;

	constructor(private readonly options: Reporting) {
		this.progress = new Progress(process.stderr, options.quiet);
	}

	event(event: Record<string, unknown>): void {
		if (this.options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
	}

	step(event: StepEvent, etaSeconds: number): void {
		this.event({ event: 'step', ...event });
		const scores = event.scores.map((s) => s.toFixed(3)).join(' ');
		const loss = event.pixelLoss === undefined ? [] : [`pixel loss ${event.pixelLoss.toExponential(2)}`];
		this.progress.update(
			event.step,
			event.steps,
			[...(scores ? [`score ${scores}`] : []), ...loss].join('  '),
			etaSeconds,
		);
	}

	note(message: string): void {
		if (!this.options.quiet) this.progress.note(message);
	}

	warn(message: string): void {
		this.progress.note(`warning: ${printable(message)}`);
		this.event({ event: 'warning', message });
	}

	end(): void {
		this.progress.end();
	}

	/** The one line that scripts read. */
	result(folder: string): void {
		if (!this.options.json) process.stdout.write(`${folder}\n`);
	}
}
