/** @file `atelier eval`: how well an encoder knows words and pictures, and how well it draws. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { Draft } from '../recipe/field.js';
import type { DrawingLook } from '../training/evaluation/drawings.js';
import { type Arguments, readArguments } from './arguments.js';
import { listenForInterrupts } from './interrupt.js';
import { Progress } from './progress.js';
import { applySetting, isSet } from './settings.js';

const args = {
	encoder: { type: 'string', description: 'Encoder to evaluate (default: builtin)', valueHint: 'name|folder|file' },
	corpus: {
		type: 'string',
		description: 'Corpus that it learnt from; the pictures held out are measured on (default: corpus)',
		valueHint: 'folder',
	},
	only: {
		type: 'string',
		description: 'Parts: zeroshot, retrieval, colours, attack, nonsense, drawing (default: all)',
		valueHint: 'part[,part]',
	},
	out: {
		type: 'string',
		description: 'Folder for eval.json, eval.html, drawings and sheets (default: runs/eval)',
		valueHint: 'folder',
	},
	judge: {
		type: 'string',
		description: 'Judge of the drawings: a folder of train --stage judge, or another encoder',
		valueHint: 'name|folder|file',
	},
	'judge-corpus': {
		type: 'string',
		description: 'Corpus whose held-out pictures the judge must know (default: CORPUS)',
		valueHint: 'folder',
	},
	names: { type: 'string', description: 'Names that drawings are told apart by (default: 500)', valueHint: 'n' },
	prompts: {
		type: 'string',
		description: 'Draw these prompts instead of the fixed 60: .json, a list or lists by group; else one a line',
		valueHint: 'file',
	},
	seeds: { type: 'string', description: 'Seeds of each prompt (default: 1,2,3)', valueHint: 'n[,n]' },
	steps: { type: 'string', description: 'Steps of a drawing (default: those of atelier draw)', valueHint: 'n' },
	preset: { type: 'string', description: 'Draw in the look of a preset', valueHint: 'name|file' },
	set: {
		type: 'string',
		description: 'Draw with this key of the recipe set, e.g. strokes.paths=20; repeatable',
		valueHint: 'key=value',
	},
	pairs: { type: 'string', description: 'Pictures and captions for retrieval (default: 1000)', valueHint: 'n' },
	'attack-steps': { type: 'string', description: 'Steps of the attack (default: 5)', valueHint: 'n' },
	threads: { type: 'string', description: 'CPU threads (default: 2)', valueHint: 'n' },
	json: { type: 'boolean', description: 'The report as JSON on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

/** Flags that mean something to one part only. */
const flagsOf = {
	drawing: ['prompts', 'seeds', 'steps', 'preset', 'set'],
	retrieval: ['pairs'],
	attack: ['attack-steps'],
} as const;

const doing = {
	zeroshot: 'zero-shot',
	retrieval: 'retrieval',
	colours: 'colour words',
	attack: 'attack',
	nonsense: 'nonsense',
	drawing: 'drawing',
	judge: 'judge',
} as const;

export default defineCommand({
	meta: { name: 'eval', description: 'Measure an encoder: words, pictures, robustness, drawings' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, false);
		const { evaluateEncoder, evaluationDefaults, evaluationParts } = await import(
			'../training/evaluation/evaluate-encoder.js'
		);
		const { readPrompts } = await import('../training/evaluation/prompts.js');
		const { summaryLines } = await import('../training/evaluation/report.js');
		const parts = partsOf(flags, evaluationParts);
		const judge = flags.one('judge');
		if (judge === undefined)
			for (const flag of flags.given(['judge-corpus', 'names']))
				throw new AtelierError('E_ARGUMENT', `expected --${flag} together with --judge; add the judge or drop it`);
		const file = flags.one('prompts');
		const judgeCorpus = flags.one('judge-corpus');
		const steps = flags.whole('steps', 1, 100_000);
		const look = await lookOf(flags);
		const out = flags.one('out') ?? 'runs/eval';
		const quiet = flags.has('quiet');

		const progress = new Progress(process.stderr, quiet);
		const interruption = listenForInterrupts(() => progress.note('ending soon; Ctrl-C again ends at once'));
		let begun = performance.now();
		let at = '';
		try {
			const report = await evaluateEncoder({
				...evaluationDefaults,
				encoder: flags.one('encoder') ?? 'builtin',
				corpus: flags.one('corpus') ?? 'corpus',
				out,
				parts,
				...(judge !== undefined && { judge }),
				...(judgeCorpus !== undefined && { judgeCorpus }),
				...(file !== undefined && { prompts: readPrompts(file) }),
				...(steps !== undefined && { steps }),
				...(look && { look }),
				seeds: flags.list('seeds')?.map(seedOf) ?? evaluationDefaults.seeds,
				names: flags.whole('names', 2, 100_000) ?? evaluationDefaults.names,
				pairs: flags.whole('pairs', 2, 1_000_000) ?? evaluationDefaults.pairs,
				attackSteps: flags.whole('attack-steps', 1, 1000) ?? evaluationDefaults.attackSteps,
				threads: flags.whole('threads', 1, 256) ?? evaluationDefaults.threads,
				signal: interruption.signal,
				onProgress(part, done, total) {
					if (at !== part) {
						progress.end();
						if (!quiet) progress.note(doing[part]);
						at = part;
						begun = performance.now();
					}
					const elapsed = (performance.now() - begun) / 1000;
					progress.update(done, total, doing[part], (elapsed / Math.max(1, done)) * (total - done));
				},
			});
			progress.end();
			if (interruption.signal.aborted) progress.note('stopped; the same command goes on where it was');
			if (flags.has('json')) process.stdout.write(`${JSON.stringify(report)}\n`);
			else process.stdout.write(`${[...summaryLines(report), `${out}/eval.html`].join('\n')}\n`);
			return interruption.exitCode ?? 0;
		} finally {
			progress.end();
			interruption.dispose();
		}
	},
});

/** Keys of the recipe that the evaluation decides. */
const decided = { prompts: 'prompts', seed: 'seeds', encoder: 'encoder', steps: 'steps' } as const;

/** How drawings differ from the defaults; undefined when they do not. */
async function lookOf(flags: Arguments): Promise<DrawingLook | undefined> {
	const named = flags.one('preset');
	const asked = flags.all('set');
	if (named === undefined && asked.length === 0) return undefined;
	for (const [key, flag] of Object.entries(decided))
		if (isSet(asked, key))
			throw new AtelierError('E_ARGUMENT', `expected --${flag} for what --set ${key} says of all drawings; use that`);
	const settings: Draft = {};
	for (const setting of asked) applySetting(settings, setting);
	const { findPreset } = await import('../recipe/presets.js');
	return { ...(named !== undefined && { preset: findPreset(named) }), settings };
}

function partsOf<T extends string>(flags: Arguments, known: readonly T[]): readonly T[] {
	const asked = flags.list('only') ?? known;
	for (const part of asked)
		if (!(known as readonly string[]).includes(part))
			throw new AtelierError('E_ARGUMENT', `unknown part '${part}'${suggestion(part, known)}`);
	for (const [part, names] of Object.entries(flagsOf))
		for (const flag of asked.includes(part as T) ? [] : flags.given(names))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected --${flag} with the part ${part}; drop it or add the part to --only`,
			);
	return known.filter((part) => asked.includes(part));
}

function seedOf(text: string): number {
	const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (!(seed < 2 ** 31))
		throw new AtelierError('E_ARGUMENT', `expected --seeds as whole numbers from 0 to ${2 ** 31 - 1}, got '${text}'`);
	return seed;
}
