/** @file `atelier replay`: draws a picture again from the recipe that it carries; --verify says whether it is the same. */

import { existsSync, readFileSync } from 'node:fs';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { openRecipeSource, type RecipeSource, readPictureFile, withPictures } from '../export/recipe-source.js';
import type { RunFolder } from '../export/run-folder.js';
import type { Comparison } from '../export/verify.js';
import { pictureKind } from '../recipe/carry/index.js';
import type { Draft } from '../recipe/field.js';
import { parseRecipe, type Recipe } from '../recipe/schema.js';
import { type Arguments, readArguments } from './arguments.js';
import type { DrawnRun } from './draw-session.js';
import { applySetting } from './settings.js';

const args = {
	picture: {
		type: 'positional',
		required: false,
		description: 'Picture (PNG, SVG, WebP, GIF, MP4), run folder, recipe.json or share link',
	},
	verify: { type: 'boolean', description: 'Compare with the original: exit code 0 when identical, 1 when not' },
	image: {
		type: 'string',
		description: 'A picture of the recipe, where it is not beside; repeatable',
		valueHint: 'file',
	},
	encoder: {
		type: 'string',
		description: 'The encoder, where its name does not find it',
		valueHint: 'name|folder|file',
	},
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
		const given = flags.only('one picture, run folder, recipe.json or link');
		const verify = flags.has('verify');
		const source = openRecipeSource(given);
		if (source.foreign)
			throw new AtelierError(
				'E_RECIPE',
				`expected a picture of atelier, got one of ${source.foreign.program}; draw --recipe '${given}' draws its prompt`,
			);
		const { carried } = source;
		const original = verify ? originalOf(source) : undefined;
		if (verify && !original)
			throw new AtelierError(
				'E_RECIPE',
				`expected a picture to compare with, got only a recipe in '${given}'; give the picture or its run folder`,
			);
		const asked = changed(parseRecipe(source.recipe), flags);
		const { drawRecipe } = await import('./draw-session.js');
		let drawn: DrawnRun;
		try {
			drawn = await drawRecipe(await withPictures(asked, flags.all('image'), source.folder), {
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
		if (!original || drawn.exitCode !== 0) return drawn.exitCode;
		const { reasonsToDiffer } = await import('../export/verify.js');
		return tell(flags, await compare(original, drawn.folder), carried ? reasonsToDiffer(carried, drawn) : []);
	},
});

/** What the flags change; what is not changed stays as the picture says. */
function changed(recipe: Recipe, flags: Arguments): Recipe {
	const draft = structuredClone(recipe) as unknown as Draft;
	for (const setting of flags.all('set')) applySetting(draft, setting);
	const encoder = flags.one('encoder');
	// The hash stays: it says whether the encoder is the same.
	if (encoder !== undefined) draft.encoder = { ...recipe.encoder, name: encoder };
	return parseRecipe(draft);
}

/** What a replay is compared with: image.png or image.svg itself; for other files and links the hash of the picture that they were made from. */
type Original =
	| { readonly kind: 'png' | 'svg'; readonly path: string }
	| { readonly kind: 'other'; readonly hash: string };

function originalOf({ picture, carried }: RecipeSource): Original | undefined {
	if (picture !== undefined && !carried?.exported_as) {
		const kind = pictureKind(readPictureFile(picture));
		if (kind === 'png' || kind === 'svg') return { kind, path: picture };
	}
	return carried?.picture_sha256 ? { kind: 'other', hash: carried.picture_sha256 } : undefined;
}

async function compare(original: Original, folder: RunFolder): Promise<Comparison> {
	const { comparePictures, compareSvgs } = await import('../export/verify.js');
	const { hashPicture, readPicture } = await import('../image-io.js');
	if (original.kind === 'svg') {
		const drawn = folder.file('image.svg');
		if (!existsSync(drawn)) return { same: false, difference: 'pixels, not paths' };
		return compareSvgs(readFileSync(drawn, 'utf8'), readFileSync(original.path, 'utf8'));
	}
	const picture = await readPicture(folder.file('image.png'));
	if ('path' in original) return comparePictures(picture, await readPicture(original.path));
	return hashPicture(picture).startsWith(original.hash)
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
