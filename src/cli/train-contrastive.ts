/** @file `atelier train --config FILE` of contrastive training: two towers on corpora and shards, by a recipe. */

import { basename, dirname, extname, resolve } from 'node:path';
import { openEncoder } from '../encoders/open-encoder.js';
import { engineByName } from '../engines/index.js';
import { AtelierError } from '../errors.js';
import { type ContrastiveConfig, parseContrastiveFile, resolvePaths } from '../training/contrastive/config.js';
import { type ContrastiveEvent, trainContrastive } from '../training/contrastive/trainer.js';
import { RunLog } from '../training/report/run-log.js';
import type { Arguments } from './arguments.js';
import { readConfiguration } from './configuration.js';
import { listenForInterrupts } from './interrupt.js';
import { Progress } from './progress.js';
import { warnOfShareAlike } from './share-alike.js';
import { reportPrompts, TrainingReport } from './train-report.js';

/** Train; resolves to the exit code. */
export async function trainContrastiveStage(flags: Arguments): Promise<number> {
	const stray = flags.given(['checkpoint', 'corpus', 'init', 'seed'])[0];
	if (stray)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected no --${stray} with a configuration of contrastive training; it says 'sources', 'from' and 'seed' instead`,
		);
	const path = flags.one('config');
	if (path === undefined)
		throw new AtelierError('E_ARGUMENT', 'expected --config with a configuration of contrastive training, got none');
	const steps = flags.whole('steps', 1, 1 << 24);
	const read = parseContrastiveFile(readConfiguration(path));
	const file = resolvePaths({ ...read, ...(steps !== undefined && { steps }) }, dirname(resolve(path)));
	const out = flags.one('out') ?? `runs/${basename(path, extname(path))}`;
	const [json, quiet] = [flags.has('json'), flags.has('quiet')];
	const progress = new Progress(process.stderr, quiet);
	const interruption = listenForInterrupts(() => progress.note('ending after this step; Ctrl-C again ends at once'));
	const warn = (message: string) => progress.note(`warning: ${message}`);
	let report: TrainingReport | undefined;
	let drawing = { prompts: [] as readonly string[], steps: 0 };
	let state: 'done' | 'stopped' = 'stopped';
	const onEvent = async (event: ContrastiveEvent) => {
		if (json) process.stdout.write(`${JSON.stringify(lineOf(event))}\n`);
		if (event.kind === 'start') {
			warnOfShareAlike(event.provenance);
			const { prompts, drawSteps } = event.config.report;
			drawing = { prompts: prompts.length > 0 ? prompts : reportPrompts(event.heldOut), steps: drawSteps };
			if (!flags.has('no-report'))
				report = new TrainingReport(new RunLog(out, { title: basename(resolve(out)), facts: factsOf(event) }), warn);
			return;
		}
		show(event, progress, quiet);
		if (event.kind === 'examples') await report?.examples(event.step, event.examples, event.pictures, event.size);
		else report?.record(event);
		if (event.kind === 'encoder' && !interruption.signal.aborted) {
			const engine = await engineByName('onnxruntime', { threads: 1 });
			await report?.draw(
				event.step,
				() => openEncoder(event.path, engine, { threads: 1 }),
				drawing,
				event.step === file.steps,
			);
		}
	};
	try {
		const { signal } = interruption;
		const encoder = await trainContrastive(file, { out, resume: flags.has('resume'), signal, onEvent });
		if (!signal.aborted) state = 'done';
		if (!json) process.stdout.write(`${encoder}\n`);
	} finally {
		progress.end();
		await report?.end(state);
		interruption.dispose();
	}
	return interruption.exitCode ?? 0;
}

function show(event: ContrastiveEvent, progress: Progress, quiet: boolean): void {
	const percent = (x: number) => `${(x * 100).toFixed(1)} %`;
	if (event.kind === 'step') {
		const attacked = event.attackedRecall === undefined ? '' : `  attacked ${percent(event.attackedRecall)}`;
		const text = `loss ${event.loss.toFixed(3)}  R@1 ${percent(event.recall)}${attacked}  ${event.imagesPerSecond.toFixed(0)} images/s`;
		progress.update(event.step, event.steps, text, event.etaSeconds);
	}
	if (quiet) return;
	if (event.kind === 'warning') progress.note(`warning: ${event.message}`);
	if (event.kind === 'evaluation')
		progress.note(
			`step ${event.step}: ${event.pairs} held-out pairs, image to text ${percent(event.imageToText1)} (among five ${percent(event.imageToText5)}), text to image ${percent(event.textToImage1)} (${percent(event.textToImage5)})`,
		);
}

/** An event as a line of JSON; pictures are left to the report. */
function lineOf({ kind, ...rest }: ContrastiveEvent): object {
	if (!('pictures' in rest)) return { event: kind, ...rest };
	const { pictures: _, ...line } = rest;
	return { event: kind, ...line };
}

function factsOf({
	config,
	parameters,
	heldOut,
}: Extract<ContrastiveEvent, { kind: 'start' }>): Record<string, string> {
	const {
		recipe,
		batch,
		chunk,
		workers,
		optimizer,
		loss,
		learningRate,
		schedule,
		lock,
		adversarial,
	}: ContrastiveConfig = config;
	const model = config.model ? `new ${config.model.kind}` : `from ${config.from}`;
	return {
		recipe: `${recipe}: ${optimizer.name}, peak rate ${learningRate}, ${schedule}, ${loss.kind} loss`,
		model: `${model}, ${(parameters / 1e6).toFixed(2)} million weights${lock ? `, ${lock} tower locked` : ''}`,
		batch: `${batch} pairs in chunks of ${chunk}, ${workers} workers${adversarial ? `, attacked by ${adversarial.steps} steps` : ''}`,
		sources: config.sources.map((s) => ('corpus' in s ? s.corpus : [s.shards].flat().join(', '))).join('; '),
		'held out': `${heldOut.length} pairs`,
	};
}
