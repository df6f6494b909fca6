/** @file Finds the command that a command line names, runs it, and explains failures in one line. */

import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import { packageVersion } from '../package-root.js';
import { flagSuggestion } from './arguments.js';
import { printable } from './printable.js';

type Commands = Readonly<Record<string, () => Promise<CommandDef>>>;

const load = async (module: Promise<{ default: unknown }>) => (await module).default as CommandDef;
const commands: Commands = {
	draw: () => load(import('./draw.js')),
	studio: () => load(import('./studio.js')),
	batch: () => load(import('./batch.js')),
	replay: () => load(import('./replay.js')),
	inspect: () => load(import('./inspect.js')),
	share: () => load(import('./share.js')),
	export: () => load(import('./export.js')),
	sheet: () => load(import('./sheet.js')),
	presets: () => load(import('./presets.js')),
	models: () => load(import('./models.js')),
	embed: () => load(import('./embed.js')),
	prompts: () => load(import('./prompts.js')),
	train: () => load(import('./train.js')),
	corpus: () => load(import('./corpus.js')),
	curate: () => load(import('./curate.js')),
	eval: () => load(import('./eval.js')),
};

const root = defineCommand({
	meta: { name: 'atelier', description: 'Words in, a drawing out' },
	subCommands: { ...commands },
});

/** Run a command line; resolves to the exit code. @throws AtelierError for what the user can put right */
export async function runCommandLine(rawArgs: readonly string[]): Promise<number> {
	let command: CommandDef = root;
	let args = rawArgs;
	let known: Commands | undefined = commands;
	if (args[0] === '--version' || args[0] === '-v') {
		process.stdout.write(`${packageVersion()}\n`);
		return 0;
	}
	const path: string[] = [];
	while (known) {
		const [first] = args;
		const isFlag = first === undefined || (first.startsWith('-') && first !== '--help' && first !== '-h');
		// Some do something without a subcommand too.
		if (isFlag && command.run) break;
		if (first === undefined || first === '--help' || first === '-h') {
			await usage(command, path);
			return 0;
		}
		if (first.startsWith('-'))
			throw new AtelierError(
				'E_ARGUMENT',
				`unknown flag ${first} before a command${flagSuggestion(first.replace(/^-+/, ''), ['help', 'version'])}`,
			);
		const subCommand: (() => Promise<CommandDef>) | undefined = Object.hasOwn(known, first) ? known[first] : undefined;
		if (!subCommand)
			throw new AtelierError(
				'E_ARGUMENT',
				`unknown command '${[...path, first].join(' ')}'${suggestion(first, Object.keys(known))}`,
			);
		command = await subCommand();
		path.push(first);
		args = args.slice(1);
		known = command.subCommands as Commands | undefined;
	}
	const words = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
	if (words.includes('--help') || words.includes('-h')) {
		await usage(command, path);
		return 0;
	}
	const { result } = await runCommand(command, { rawArgs: [...args] });
	return typeof result === 'number' ? result : 0;
}

/** Say how a command is called, by all the words of its path. */
async function usage(command: CommandDef, path: readonly string[]): Promise<void> {
	const before = ['atelier', ...path.slice(0, -1)].join(' ');
	const text = await renderUsage(command, path.length > 0 ? defineCommand({ meta: { name: before } }) : undefined);
	process.stdout.write(`${process.stdout.isTTY ? text : stripVTControlCharacters(text)}\n`);
}

/** A failure in one line of stderr, and its exit code: 2 for what the user can put right, 1 for a bug. */
export function explain(error: unknown): { line: string; exitCode: number } {
	const expected = error instanceof AtelierError;
	const text = printable(error instanceof Error ? error.message : String(error));
	return expected
		? { line: `error: ${text} (${error.code})`, exitCode: 2 }
		: { line: `error: unexpected: ${text} (ATELIER_DEBUG=1 shows where)`, exitCode: 1 };
}
