/** @file `atelier replay`: draws a picture again from the recipe that it carries; --verify says whether it is the same. */

import { readFileSync } from 'node:fs';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import type { RecipeSource } from '../export/recipe-source.js';
import type { Comparison } from '../export/verify.js';
import type { Carried } from '../recipe/carry/index.js';
import { parseRecipe, type Recipe } from '../recipe/schema.js';
import { type Arguments, readArguments } from './arguments.js';
import type { DrawnRun } from './draw-session.js';
import { applySetting, type Draft } from './settings.js';

const args = {
	picture: {
		type: 'positional',
		required: false,
		description: 'Picture (PNG, SVG, WebP, GIF, MP4), run folder, recipe.json or share link',
	},
	verify: { type: 'boolean', description: 'Compare with the original: exit code 0 when identical, 1 when not' },
	image: { type: 'string', description: 'The picture that was redrawn, where it is not beside', valueHint: 'file' },
	encoder: { type: 'string', description: 'The encoder, where its name does not find it', valueHint: 'name|folder' },
	set: { type: 'string', description: 'Change a key of the recipe; repeatable', valueHint: 'key=value' },
	out: { type: 'string', description: 'Folder for the run folder (default: outputs)', valueHint: 'folder' },
	json: { type: 'boolean', description: 'One line of JSON an event on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

/** Errors that say that this machine cannot draw the recipe as it was drawn. */
const obstacles = new Set(['E_IMAGE', 'E_ENGINE', 'E_CHECKPOINT', 'E_ARGUMENT']);

export default defineCommand({
	meta: { name: 'replay', description: 'Draw a picture again from the recipe that it carries' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const given = onePicture(flags);
		const verify = flags.has('verify');
		const { openRecipeSource, withPictures } = await import('../export/recipe-source.js');
		const source = openRecipeSource(given);
		if (source.foreign)
			throw new AtelierError(
				'E_RECIPE',
				`expected a picture of atelier, got one of ${source.foreign.program}; draw --recipe '${given}' draws its prompt`,
			);
		const carried = source.carried;
		if (verify && !carried)
			throw new AtelierError(
				'E_RECIPE',
				`expected a picture to compare with, got only a recipe in '${given}'; give the picture or its run folder`,
			);
		const asked = changed(parseRecipe(source.recipe), flags);
		const { drawRecipe } = await import('./draw-session.js');
		let drawn: DrawnRun;
		try {
			drawn = await drawRecipe(await withPictures(asked, flags.one('image')), {
				json: flags.has('json'),
				quiet: flags.has('quiet'),
				outputs: flags.one('out') ?? 'outputs',
				stopAt: carried?.stopped_at,
			});
		} catch (error) {
			if (!verify || !(error instanceof AtelierError) || !obstacles.has(error.code)) throw error;
			return tell(flags, { same: false, difference: '' }, [error.message]);
		}
		// Stopped by hand: nothing to compare.
		if (!verify || !carried || drawn.exitCode !== 0) return drawn.exitCode;
		const { reasonsToDiffer } = await import('../export/verify.js');
		return tell(flags, await compare(source, carried, drawn), reasonsToDiffer(carried, drawn));
	},
});

function onePicture(flags: Arguments): string {
	const [given, ...more] = flags.positionals;
	if (given === undefined || more.length > 0)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected one picture, run folder, recipe.json or link, got ${flags.positionals.length}`,
		);
	return given;
}

/** What the flags change; what is not changed stays as the picture says. */
function changed(recipe: Recipe, flags: Arguments): Recipe {
	const draft = structuredClone(recipe) as unknown as Draft;
	for (const setting of flags.all('set')) applySetting(draft, setting);
	const encoder = flags.one('encoder');
	// The hash stays: it says whether the encoder is the same.
	if (encoder !== undefined) draft.encoder = { ...recipe.encoder, name: encoder };
	return parseRecipe(draft);
}

/** Compare with the file where its format keeps pixels or paths, else with the hash of the picture that it was made from. */
async function compare(source: RecipeSource, carried: Carried, drawn: DrawnRun): Promise<Comparison> {
	const { comparePictureFiles, compareSvgs } = await import('../export/verify.js');
	const original = source.picture;
	const image = drawn.folder.file('image.png');
	if (original !== undefined) {
		const { pictureKind } = await import('../recipe/carry/index.js');
		const bytes = readFileSync(original);
		const kind = pictureKind(bytes);
		if (kind === 'png') return comparePictureFiles(image, original);
		if (kind === 'svg')
			return compareSvgs(readFileSync(drawn.folder.file('image.svg'), 'utf8'), bytes.toString('utf8'));
	}
	const { hashPicture, readPicture } = await import('../image-io.js');
	if (carried.picture_sha256 === undefined)
		throw new AtelierError(
			'E_RECIPE',
			'expected the hash of the picture to compare with, got none; give the PNG or SVG',
		);
	return hashPicture(await readPicture(image)).startsWith(carried.picture_sha256)
		? { same: true }
		: { same: false, difference: 'the hash of the picture is another' };
}

/** Say the verdict; resolves to the exit code. */
function tell(flags: Arguments, comparison: Comparison, reasons: readonly string[]): number {
	const { same } = comparison;
	const difference = same ? '' : comparison.difference;
	const verdict = same ? 'identical' : reasons.length > 0 ? 'cannot be identical' : 'differs';
	const message = same
		? verdict
		: reasons.length > 0
			? `cannot be identical because ${reasons.join('; ')}${difference && ` (${difference})`}`
			: `differs: ${difference}`;
	if (flags.has('json'))
		process.stdout.write(`${JSON.stringify({ event: 'verify', verdict, message, reasons, ...comparison })}\n`);
	else process.stdout.write(`${message}\n`);
	return same ? 0 : 1;
}
