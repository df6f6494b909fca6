/** @file /presets: looks to draw in; one's own can be made, shared and removed. */

import { existsSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import express, { Router } from 'express';
import { z } from 'zod';
import { presetOfRecipe, presetOfSettings, readPresets, thumbnailOf } from '../../../src/export/preset-source.js';
import { guard } from '../../../src/files.js';
import {
	listPresets,
	presetFiles,
	presetText,
	type StoredPreset,
	storePresets,
	thumbnailPath,
	userPresets,
} from '../../../src/recipe/presets.js';
import { newPreset, type PresetInfo } from '../../protocol.js';
import { bodyOf, checked, idOf } from '../body.js';
import { limits } from '../limits.js';
import { recipeOf } from '../new-runs.js';
import { HttpProblem, notFound } from '../problem.js';
import { withReceived } from '../received-file.js';
import type { Studio } from '../studio.js';
import { sandbox } from './uploads.js';

const presetName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u);
export const importQuery = z.strictObject({ replace: z.enum(['0', '1']).default('0') });

export function presetRoutes({ gallery, uploads }: Studio): Router {
	const router = Router();
	/** By its name in the list of what there is. @throws HttpProblem E_NOT_FOUND */
	const find = (name: string): StoredPreset => {
		const found = listPresets().presets.find((preset) => preset.name === name);
		if (!found) throw notFound(`preset '${name}'`);
		return found;
	};
	router.get('/', (_, response) => {
		response.json({ presets: listPresets().presets.map(infoOf) });
	});
	router.post('/', async (request, response) => {
		const { name, recipe: draft, run, upload, replace, ...labels } = bodyOf(newPreset, request);
		refuseTaken([name], replace);
		const picture = run ? join((await gallery.find(run)).path, 'image.png') : upload && uploads.path(upload);
		if (upload && !picture) throw notFound(`picture '${upload}'`);
		const thumbnail = picture && (await thumbnailOf(picture));
		const says = draft.prompts !== undefined || draft.images !== undefined;
		const preset = says
			? presetOfRecipe(recipeOf(draft, uploads), name, labels)
			: presetOfSettings(draft, name, labels);
		storePresets([{ name, preset, ...(thumbnail && { thumbnail }) }], userPresets(), { force: replace });
		response.status(201).json(infoOf(find(name)));
	});
	router.post(
		'/import',
		express.raw({ type: () => true, limit: limits.uploadBytes, inflate: false }),
		async (request, response) => {
			const { replace } = checked(importQuery, request.query);
			const presets = await withReceived(request, readPresets);
			refuseTaken(
				presets.map(({ name }) => name),
				replace === '1',
			);
			storePresets(presets, userPresets(), { force: replace === '1' });
			response.status(201).json({ names: presets.map(({ name }) => name) });
		},
	);
	router.get('/:name', (request, response) => {
		response.json(infoOf(find(idOf(presetName, request, 'name'))));
	});
	router.delete('/:name', (request, response) => {
		const { name, source, path } = find(idOf(presetName, request, 'name'));
		if (source === 'shipped') throw new HttpProblem(409, 'E_STATE', `'${name}' comes with atelier and stays`);
		guard(`to remove '${name}'`, () => renameSync(path, `${path}.bak`));
		response.status(204).end();
	});
	router.post('/:name/restore', (request, response) => {
		const name = idOf(presetName, request, 'name');
		const path = join(userPresets(), `${name}.json`);
		refuseTaken([name], false);
		if (!existsSync(`${path}.bak`)) throw notFound(`preset '${name}' that was removed`);
		guard(`to bring '${name}' back`, () => renameSync(`${path}.bak`, path));
		response.json(infoOf(find(name)));
	});
	router.get('/:name/thumbnail', (request, response) => {
		const preset = find(idOf(presetName, request, 'name'));
		const path = thumbnailPath(preset);
		// As everything that others have made: never SVG.
		if (!path || path.toLowerCase().endsWith('.svg')) throw notFound(`thumbnail of '${preset.name}'`);
		response.set('Content-Security-Policy', sandbox).set('Cache-Control', 'private, no-cache');
		response.sendFile(path, { dotfiles: 'allow' });
	});
	router.get('/:name/export', (request, response) => {
		const { name, preset } = find(idOf(presetName, request, 'name'));
		response.attachment(`${name}.json`).type('json').send(presetText(preset));
	});
	return router;
}

/** @throws HttpProblem E_CONFLICT when presets of one's own have these names, and are not to be replaced */
function refuseTaken(names: readonly string[], replace: boolean): void {
	if (replace) return;
	const taken = presetFiles(userPresets())
		.map((path) => basename(path, '.json'))
		.filter((name) => names.includes(name));
	if (taken.length > 0)
		throw new HttpProblem(
			409,
			'E_CONFLICT',
			`there ${taken.length === 1 ? 'is a preset' : 'are presets'} of yours already called ${taken.map((name) => `'${name}'`).join(', ')}`,
		);
}

function infoOf(stored: StoredPreset): PresetInfo {
	const { name, source, preset } = stored;
	const { title, description, author, tags, recipe, prompt, measured } = preset;
	return {
		name,
		title,
		description,
		author,
		tags,
		source,
		recipe: recipe as PresetInfo['recipe'],
		...(prompt !== undefined && { prompt }),
		...(measured && { seconds: measured.seconds, score: measured.score }),
		thumbnail: thumbnailPath(stored) !== undefined,
	};
}
