/** @file `atelier export`: a run as pictures, vectors and timelapses. */

import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { type Easing, easings } from '../export/easing.js';
import { exportFile, exportTargets, refuseExisting } from '../export/export-run.js';
import { openFinishedRun, type SizeOptions } from '../export/finished-run.js';
import { type ExportOptions, formats } from '../export/formats.js';
import { type Plot, papers } from '../export/plotter.js';
import { type Arguments, oneOf, pairOf, readArguments } from './arguments.js';
import { Progress } from './progress.js';
import { sizeInWords } from './size-in-words.js';

const args = {
	folder: {
		type: 'positional',
		required: false,
		description: 'Run folder, as a run has printed it, or the image.png in it',
	},
	format: {
		type: 'string',
		description: `One or more of ${Object.keys(formats).join(', ')}, separated by commas; or what --out's extension says`,
		valueHint: 'names',
	},
	out: {
		type: 'string',
		description: 'File, or folder for several (default: the run folder)',
		valueHint: 'file|folder',
	},
	force: { type: 'boolean', description: 'Replace files that exist' },
	scale: { type: 'string', description: 'Times the size of image.png (default: 1)', valueHint: 'n' },
	size: { type: 'string', description: 'Or: as large as fits into this many pixels', valueHint: 'n|WxH' },
	transparent: { type: 'boolean', description: 'Leave the background out (png, svg, animated-svg)' },
	fps: { type: 'string', description: 'Pictures a second of a timelapse (default: 25)', valueHint: 'n' },
	seconds: { type: 'string', description: 'Length of what moves (default: 6)', valueHint: 's' },
	easing: {
		type: 'string',
		description: `Pace of what moves: ${Object.keys(easings).join(', ')} (default: ease-in, of animated-svg linear)`,
		valueHint: 'name',
	},
	pens: { type: 'string', description: 'Pens of a plotter at most (default: 4)', valueHint: 'n' },
	paper: {
		type: 'string',
		description: `Of a plotter: ${Object.keys(papers).join(', ')}, or millimetres (default: a4)`,
		valueHint: 'name|WxH',
	},
	margin: { type: 'string', description: "Millimetres around a plotter's drawing (default: 15)", valueHint: 'mm' },
	json: { type: 'boolean', description: 'One line of JSON a file on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

/** Seconds below which nobody wants to hear how far it is. */
const quick = 2;

export default defineCommand({
	meta: { name: 'export', description: 'Export a run: pictures of any size, vectors, plots, timelapses' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const folder = flags.only('one run folder');
		const names = namesOf(flags);
		const options = optionsOf(flags);
		const run = openFinishedRun(runOf(folder));
		const targets = exportTargets(run, names, flags.one('out'));
		refuseIdle(
			flags,
			targets.map(({ format }) => format),
		);
		for (const { path } of targets) refuseExisting(path, flags.has('force'));
		const progress = new Progress(process.stderr, flags.has('quiet'));
		for (const target of targets) {
			const begun = performance.now();
			const onProgress = (done: number, total: number) => {
				const elapsed = (performance.now() - begun) / 1000;
				if (elapsed > quick) progress.update(done, total, target.format, (elapsed / done) * (total - done));
			};
			const { bytes, facts, ...file } = await exportFile(run, target, { ...options, onProgress });
			progress.end();
			const seconds = (performance.now() - begun) / 1000;
			if (flags.has('json'))
				process.stdout.write(
					`${JSON.stringify({ event: 'exported', ...file, bytes, took: Math.round(seconds * 100) / 100, ...facts })}\n`,
				);
			else {
				if (!flags.has('quiet')) process.stderr.write(`${summary(target.format, bytes, seconds, facts)}\n`);
				process.stdout.write(`${file.path}\n`);
			}
		}
		return 0;
	},
});

/** The folder of a run that is given by its picture. */
function runOf(given: string): string {
	const isFile = statSync(given, { throwIfNoEntry: false })?.isFile();
	return isFile && /^image\.(?:png|svg)$/.test(basename(given)) ? dirname(resolve(given)) : given;
}

function namesOf(flags: Arguments): string[] {
	const names = flags
		.all('format')
		.flatMap((list) => list.split(','))
		.map((name) => oneOf('format', name.trim(), Object.keys(formats)));
	return [...new Set(names)];
}

function optionsOf(flags: Arguments): ExportOptions {
	const size = sizeOptions(flags);
	const fps = flags.within('fps', 0.1, 60);
	const seconds = flags.positive('seconds', 600);
	const easing = flags.one('easing');
	const pens = flags.whole('pens', 1, 64);
	const paper = flags.one('paper');
	const margin = flags.within('margin', 0, 500);
	return {
		...size,
		transparent: flags.has('transparent'),
		...(fps !== undefined && { fps }),
		...(seconds !== undefined && { seconds }),
		...(easing !== undefined && { easing: oneOf('easing', easing, Object.keys(easings)) as Easing }),
		...(pens !== undefined && { pens }),
		...(paper !== undefined && { paper: paperOf(paper) }),
		...(margin !== undefined && { margin }),
	};
}

function sizeOptions(flags: Arguments): SizeOptions {
	const scale = flags.positive('scale', 1000);
	const size = flags.one('size');
	if (scale !== undefined && size !== undefined)
		throw new AtelierError('E_ARGUMENT', 'expected --scale or --size, got both; keep one');
	if (scale !== undefined) return { scale };
	if (size === undefined) return {};
	const box = pairOf(size);
	if (!box?.every((n) => Number.isInteger(n) && n >= 1))
		throw new AtelierError('E_ARGUMENT', `expected --size as pixels or WIDTHxHEIGHT, got '${size}'`);
	return { box };
}

function paperOf(text: string): readonly [number, number] {
	const name = text.trim().toLowerCase();
	if (Object.hasOwn(papers, name)) return papers[name as keyof typeof papers];
	const sides = /\d/.test(name) ? pairOf(name) : undefined;
	if (sides?.every((n) => n >= 20 && n <= 5000)) return sides;
	throw new AtelierError(
		'E_ARGUMENT',
		`expected --paper as ${Object.keys(papers).join(', ')} or WIDTHxHEIGHT of 20 to 5000 mm, got '${text}'`,
	);
}

/** Flags for what none of the formats has would be a misunderstanding. */
function refuseIdle(flags: Arguments, names: readonly string[]): void {
	const options = {
		scale: 'scale',
		size: 'box',
		transparent: 'transparent',
		fps: 'fps',
		seconds: 'seconds',
		easing: 'easing',
		pens: 'pens',
		paper: 'paper',
		margin: 'margin',
	} as const;
	for (const flag of flags.given(Object.keys(options))) {
		const takes = (name: string) => formats[name]!.takes.includes(options[flag as keyof typeof options]);
		if (names.some(takes)) continue;
		const takers = Object.keys(formats).filter(takes);
		throw new AtelierError('E_ARGUMENT', `expected --${flag} with ${takers.join(', ')}, got ${names.join(', ')} alone`);
	}
}

/** What came out, for people. */
function summary(format: string, bytes: number, seconds: number, facts: Readonly<Record<string, unknown>>): string {
	const { width, height, pictures } = facts;
	const film = pictures === undefined ? [] : [`${pictures} pictures in ${facts.seconds} s`];
	const what = format === 'plotter' ? plotSummary(facts as unknown as Plot) : [`${width}x${height}`, ...film];
	return `${format}: ${[...what, sizeInWords(bytes), `${seconds.toFixed(1)} s`].join(', ')}`;
}

function plotSummary({ ground, pens, lines, dropped, drawn, travel, travelBefore }: Plot): string[] {
	return [
		`${lines} line${lines === 1 ? '' : 's'} in ${pens.length} pen${pens.length === 1 ? '' : 's'} (${pens.join(' ')})`,
		...(ground === '#ffffff' ? [] : [`on paper of ${ground}`]),
		`${dropped} marks left out`,
		`${(drawn / 1000).toFixed(2)} m drawn`,
		`travel ${travelBefore.toFixed(0)} -> ${travel.toFixed(0)} mm`,
	];
}
