/**
 * @file `npm run train:builtin`: makes an encoder like the one that ships, from pictures in npm packages to its evaluation and
 * drawings that a judge of their own has looked at, in runs/builtin. Each part is an `atelier` command, printed before it runs;
 * what is there already is not made again, so that the same command goes on after Ctrl-C or a crash.
 * `npm run train:builtin -- --steps 2000` takes fewer steps of the image towers; going on without it, or with another number,
 * trains on to that many.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ArgsDef } from 'citty';
import { packageRoot } from '../package-root.js';
import { readArguments } from './arguments.js';
import { explain, runCommandLine } from './dispatch.js';

const folder = join('runs', 'builtin');
const corpus = join(folder, 'corpus');
const encoder = join(folder, 'encoder');
const cache = join(folder, 'cache');
const judgeCorpus = join(folder, 'corpus-judge');
const judgeTower = join(folder, 'judge-tower');
const judge = join(folder, 'judge');

const args = {
	steps: {
		type: 'string',
		description: 'Steps of each image tower, in place of those of models/builtin/training.json',
	},
} satisfies ArgsDef;

/** Seeds of the towers: an encoder each, which become one. */
const seeds = [1, 2];

/** A command, and the file that says that it is done; without one it is run again and finds out by itself. */
interface Part {
	readonly command: readonly string[];
	readonly made?: string;
}

/** Train an image tower by one of the configurations that lie with the encoder. */
function training(configuration: string, pictures: string, out: string, ...more: readonly string[]): string[] {
	const config = join(packageRoot(), 'models', 'builtin', configuration);
	const begun = existsSync(join(out, 'checkpoint.safetensors'));
	return ['train', '--config', config, '--corpus', pictures, '--out', out, ...more, ...(begun ? ['--resume'] : [])];
}

/** The parts, in their order; whether a tower was begun is asked when its turn comes. */
function* parts(steps: number | undefined): Generator<Part> {
	yield { command: ['corpus', 'build', '--out', corpus, '--cache', cache], made: join(corpus, 'corpus.json') };
	const members = seeds.map((seed) => join(folder, `encoder-${seed}`));
	for (const [i, seed] of seeds.entries()) {
		const tower = join(folder, `tower-${seed}`);
		const made = join(members[i]!, 'model.safetensors');
		const asked = ['--seed', `${seed}`, ...(steps === undefined ? [] : ['--steps', `${steps}`])];
		yield { command: training('training.json', corpus, tower, ...asked) };
		yield {
			command: ['train', '--stage', 'text', '--corpus', corpus, '--checkpoint', tower, '--out', members[i]!],
			made,
		};
	}
	// Written anew each time: members may have been.
	const each = members.flatMap((member) => ['--checkpoint', member]);
	yield { command: ['train', '--stage', 'ensemble', ...each, '--out', encoder] };
	const evaluation = ['eval', '--encoder', encoder, '--corpus', corpus, '--out', join(folder, 'eval'), '--only'];
	yield { command: [...evaluation, 'zeroshot,retrieval,colours,attack,nonsense'] };

	// Who judges the drawings has learnt from other vendors' pictures.
	const holdOut = ['--hold-out', 'twemoji,emojione-v1'];
	yield {
		command: ['corpus', 'build', ...holdOut, '--out', judgeCorpus, '--cache', cache],
		made: join(judgeCorpus, 'corpus.json'),
	};
	yield { command: training('judge.json', judgeCorpus, judgeTower), made: join(judge, 'config.json') };
	yield {
		command: ['train', '--stage', 'judge', '--corpus', judgeCorpus, '--checkpoint', judgeTower, '--out', judge],
		made: join(judge, 'config.json'),
	};
	const judged = ['drawing', '--judge', judge, '--judge-corpus', judgeCorpus, '--seeds', '1'];
	yield { command: [...evaluation, ...judged] };
}

try {
	const steps = readArguments(process.argv.slice(2), args, false).whole('steps', 1, 1 << 20);
	for (const { command, made } of parts(steps)) {
		if (made && existsSync(made)) continue;
		process.stderr.write(`atelier ${command.join(' ')}\n`);
		process.exitCode = await runCommandLine(command);
		if (process.exitCode !== 0) break;
	}
} catch (error) {
	const { line, exitCode } = explain(error);
	process.exitCode = exitCode;
	process.stderr.write(`${line}\n`);
}
