/** @file `atelier train`: the stages of training the built-in encoder, and contrastive training of any. */

import { basename, resolve } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { suggestion } from '../nearest.js';
import type { TrainingEvent } from '../training/concept-trainer.js';
import type { ConceptAccuracy } from '../training/evaluation/concept-accuracy.js';
import { type Arguments, readArguments } from './arguments.js';
import { isContrastive, readConfiguration } from './configuration.js';
import { listenForInterrupts } from './interrupt.js';
import { Progress } from './progress.js';
import { warnOfShareAlike } from './share-alike.js';

const args = {
	stage: {
		type: 'string',
		description:
			'concepts (the image tower; default), text (the text tower, fitted to a checkpoint; writes an encoder), judge (a checkpoint as a judge for atelier eval), ensemble (finished encoders as one) or contrastive (both towers, on what the configuration names; meant by one with sources)',
		valueHint: 'name',
	},
	checkpoint: {
		type: 'string',
		description:
			'Stages text and judge: folder of the stage before (default: runs/concepts); stage ensemble: folder of an encoder, repeatable',
		valueHint: 'folder',
	},
	config: {
		type: 'string',
		description: 'Configuration in YAML or JSON; what it leaves out has its default',
		valueHint: 'file',
	},
	corpus: { type: 'string', description: 'Corpus to learn from (default: corpus)', valueHint: 'folder' },
	out: {
		type: 'string',
		description: 'Folder of the checkpoint, or of the encoder (default: runs/STAGE)',
		valueHint: 'folder',
	},
	steps: { type: 'string', description: 'Steps to take in all', valueHint: 'n' },
	seed: {
		type: 'string',
		description: "Stage concepts: seed of everything random (default: the configuration's); repeat it with --resume",
		valueHint: 'n',
	},
	init: {
		type: 'string',
		description: 'Start from the image tower of a finished encoder instead of from nothing',
		valueHint: 'folder',
	},
	resume: { type: 'boolean', description: 'Go on from the checkpoint in OUT' },
	json: { type: 'boolean', description: 'One line of JSON an event on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
	'no-report': { type: 'boolean', description: 'Leave out report.html, metrics.jsonl and their drawings' },
} satisfies ArgsDef;

const stages: Readonly<Record<string, (flags: Arguments) => Promise<number>>> = {
	concepts: trainConceptStage,
	text: trainTextStage,
	judge: writeJudgeStage,
	ensemble: writeEnsembleStage,
	contrastive: async (flags) => (await import('./train-contrastive.js')).trainContrastiveStage(flags),
};

export default defineCommand({
	meta: { name: 'train', description: 'Train an encoder' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const name = flags.one('stage') ?? (await impliedStage(flags.one('config')));
		const stage = Object.hasOwn(stages, name) ? stages[name] : undefined;
		if (!stage) throw new AtelierError('E_ARGUMENT', `unknown stage '${name}'${suggestion(name, Object.keys(stages))}`);
		return stage(flags);
	},
});

/** What a configuration is of, where no stage is named. */
async function impliedStage(config: string | undefined): Promise<string> {
	if (config === undefined) return 'concepts';
	return isContrastive(readConfiguration(config)) ? 'contrastive' : 'concepts';
}

async function trainConceptStage(flags: Arguments): Promise<number> {
	const stray = flags.given(['checkpoint'])[0];
	if (stray)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected --checkpoint with --stage text, judge or ensemble only; drop it or add the stage`,
		);
	const init = flags.one('init');
	if (init !== undefined && flags.has('resume'))
		throw new AtelierError('E_ARGUMENT', 'expected --init or --resume, got both; a checkpoint has its own weights');
	const steps = flags.whole('steps', 1, 1 << 20);
	const seed = flags.whole('seed', 0, 2 ** 31 - 1);
	const out = flags.one('out') ?? 'runs/concepts';
	const file = flags.one('config');
	const { loadCorpus, provenanceOf } = await import('../training/corpus/index.js');
	const { trainConcepts } = await import('../training/concept-trainer.js');
	const { trainingConfig } = await import('../training/default-config.js');
	const corpus = flags.one('corpus') ?? 'corpus';
	const written = file === undefined ? {} : readConfiguration(file);
	// Checked before the corpus is read, and again with its number of concepts.
	trainingConfig(written, 1);
	makeFolder(out);
	const loaded = await loadCorpus(corpus);
	warnOfShareAlike(provenanceOf(loaded));
	const base = trainingConfig(written, loaded.concepts.length);
	const config = { ...base, ...(steps !== undefined && { steps }), ...(seed !== undefined && { seed }) };

	const json = flags.has('json');
	const progress = new Progress(process.stderr, flags.has('quiet'));
	const interruption = listenForInterrupts(() => progress.note('ending after this step; Ctrl-C again ends at once'));
	const { conceptReport } = await import('./train-report.js');
	const warn = (message: string) => progress.note(`warning: ${message}`);
	const report = flags.has('no-report') ? undefined : await conceptReport(config, corpus, loaded, out, warn);
	let path = '';
	try {
		await trainConcepts(config, {
			corpus,
			out,
			resume: flags.has('resume'),
			...(init !== undefined && { init }),
			signal: interruption.signal,
			onEvent(event) {
				const { kind, ...rest } = event;
				if (json) process.stdout.write(`${JSON.stringify({ event: kind, ...rest })}\n`);
				if (event.kind === 'checkpoint') path = event.path;
				show(event, progress, flags.has('quiet'));
				report?.record(event);
				if (event.kind === 'resumed' && event.changed.length > 0) {
					const message = `goes on after ${event.from} steps with another ${event.changed.join(', ')}, not as it would have gone on`;
					warn(message);
					report?.warn(message);
				}
			},
		});
	} finally {
		progress.end();
		await report?.end(interruption.signal.aborted || !path ? 'stopped' : 'done');
		interruption.dispose();
	}
	if (!json && path) process.stdout.write(`${path}\n`);
	return interruption.exitCode ?? 0;
}

function show(event: TrainingEvent, progress: Progress, quiet: boolean): void {
	const attacked =
		event.kind === 'step' && event.attackedCorrect !== undefined ? `attacked ${percent(event.attackedCorrect)}  ` : '';
	if (event.kind === 'step')
		progress.update(
			event.step,
			event.steps,
			`loss ${event.loss.toFixed(3)}  correct ${percent(event.correct)}  ${attacked}${event.imagesPerSecond.toFixed(0)} images/s`,
			event.etaSeconds,
		);
	if (quiet) return;
	if (event.kind === 'evaluation') progress.note(`step ${event.step}: ${accuracyLine(event)}`);
	if (event.kind === 'warm start')
		progress.note(
			`took over ${event.weights} weights and ${event.prototypes} prototypes; ${event.fresh.length} stay fresh`,
		);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const accuracyLine = (a: ConceptAccuracy) =>
	`held out ${percent(a.top1)}, among five ${percent(a.top5)}, in gray ${percent(a.grayTop1)}; of all names ${percent(a.allTop1)}, ${percent(a.allTop5)}`;

/** @throws AtelierError E_ARGUMENT when one of the flags is given, which a stage does not take */
function requireNone(flags: Arguments, names: readonly string[], stage: string, reason: string): void {
	const stray = flags.given(names)[0];
	if (stray) throw new AtelierError('E_ARGUMENT', `expected no --${stray} with --stage ${stage}; ${reason}`);
}

/** Fit the text tower to a stage-1 checkpoint and write the folder that `--encoder` takes. */
async function trainTextStage(flags: Arguments): Promise<number> {
	requireNone(
		flags,
		['config', 'resume', 'init', 'seed'],
		'text',
		'it takes minutes and starts anew, with the same seed for all towers, whose tokens have to agree',
	);
	const { finishEncoder, textDefaults } = await import('../training/finish.js');
	const out = flags.one('out') ?? 'runs/text';
	const json = flags.has('json');
	const progress = new Progress(process.stderr, flags.has('quiet'));
	const steps = flags.whole('steps', 1, 1 << 20);
	try {
		const accuracy = await finishEncoder({
			...textDefaults,
			...(steps !== undefined && { steps }),
			checkpoint: flags.one('checkpoint') ?? 'runs/concepts',
			corpus: flags.one('corpus') ?? 'corpus',
			out,
			name: basename(resolve(out)),
			onStep(event) {
				if (json) process.stdout.write(`${JSON.stringify({ event: 'text-step', ...event })}\n`);
				progress.update(
					event.step,
					event.steps,
					`loss ${event.loss.toFixed(3)}  ${event.captionsPerSecond.toFixed(0)} captions/s`,
					event.etaSeconds,
				);
			},
		});
		warnOfShareAlike(accuracy.provenance);
		if (json) process.stdout.write(`${JSON.stringify({ event: 'text-evaluation', ...accuracy })}\n`);
		else
			progress.note(
				`words ${percent(accuracy.words)}, everyday words ${percent(accuracy.relatives)}, held-out colour and concept pairs ${percent(accuracy.pairs)}`,
			);
	} finally {
		progress.end();
	}
	if (!json) process.stdout.write(`${out}\n`);
	return 0;
}

/** Write a stage-1 checkpoint as a judge. */
async function writeJudgeStage(flags: Arguments): Promise<number> {
	requireNone(flags, ['config', 'resume', 'init', 'steps', 'seed'], 'judge', 'it only writes the checkpoint anew');
	const { writeJudge } = await import('../training/evaluation/write-judge.js');
	const out = flags.one('out') ?? 'runs/judge';
	const accuracy = await writeJudge({
		checkpoint: flags.one('checkpoint') ?? 'runs/concepts',
		corpus: flags.one('corpus') ?? 'corpus',
		out,
		name: basename(resolve(out)),
	});
	warnOfShareAlike(accuracy.provenance);
	if (flags.has('json')) process.stdout.write(`${JSON.stringify({ event: 'judge', out, ...accuracy })}\n`);
	else {
		if (!flags.has('quiet')) process.stderr.write(`${accuracyLine(accuracy)}\n`);
		process.stdout.write(`${out}\n`);
	}
	return 0;
}

/** Write several finished encoders as one. */
async function writeEnsembleStage(flags: Arguments): Promise<number> {
	requireNone(
		flags,
		['config', 'corpus', 'resume', 'init', 'steps', 'seed'],
		'ensemble',
		'it only writes encoders into one folder',
	);
	const { writeEnsemble } = await import('../training/ensemble-stage.js');
	const out = flags.one('out') ?? 'runs/ensemble';
	const { provenance } = writeEnsemble(flags.all('checkpoint'), out, basename(resolve(out)));
	warnOfShareAlike(provenance);
	if (flags.has('json')) process.stdout.write(`${JSON.stringify({ event: 'ensemble', out })}\n`);
	else process.stdout.write(`${out}\n`);
	return 0;
}
