/** @file /outputs: what was drawn; looked at, searched, starred, thrown away, exported. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import sharp from 'sharp';
import { z } from 'zod';
import { formats } from '../../../src/export/formats.js';
import { renderers } from '../../../src/recipe/schema.js';
import { type OutputInfo, type OutputList, outputPatch, runId } from '../../protocol.js';
import { bodyOf, checked, idOf } from '../body.js';
import { exportOptions, exportQuery } from '../export-query.js';
import { HttpProblem } from '../problem.js';
import { found } from '../search.js';
import type { Studio } from '../studio.js';
import { fileNameOf } from '../title.js';
import { sandbox } from './uploads.js';

const flag = z.enum(['0', '1']).default('0');
export const outputQuery = z.strictObject({
	q: z.string().trim().min(1).max(400).optional(),
	starred: flag,
	trash: flag,
	renderer: z.enum(renderers).optional(),
	preset: z.string().max(200).optional(),
	state: z.enum(['done', 'stopped']).optional(),
	/** Id of the last one that is known already. */
	before: runId.optional(),
	limit: z.coerce.number().int().min(1).max(500).default(60),
});
/** Nothing but the trash is deleted as a whole. */
export const emptyQuery = z.strictObject({ trash: z.literal('1') });
export const imageQuery = z.strictObject({ width: z.coerce.number().int().min(16).max(1024).optional() });

const types: Readonly<Record<string, string>> = {
	png: 'image/png',
	svg: 'image/svg+xml',
	gif: 'image/gif',
	webp: 'image/webp',
	mp4: 'video/mp4',
};
const quality = 88;

export function outputRoutes({ gallery, search, exporter }: Studio): Router {
	const router = Router();
	router.get('/', async (request, response) => {
		const query = checked(outputQuery, request.query);
		let runs: OutputInfo[] = (await gallery.list(query.trash === '1')).filter(
			({ starred, recipe, state }) =>
				(query.starred === '0' || starred) &&
				(query.renderer === undefined || recipe.renderer === query.renderer) &&
				(query.preset === undefined || recipe.preset === query.preset) &&
				(query.state === undefined || state === query.state),
		);
		if (query.q !== undefined) {
			// Pictures in the trash are not looked at: there it goes by their words.
			const likeness = query.trash === '1' ? new Map() : await search.likeness(query.q, gallery.all);
			runs = found(query.q, runs, likeness);
		}
		const from = query.before === undefined ? 0 : runs.findIndex(({ id }) => id === query.before) + 1;
		const page = runs.slice(from, from + query.limit);
		const more = from + page.length < runs.length;
		const list: OutputList = { runs: page, total: runs.length, ...(more && { next: page.at(-1)!.id }) };
		response.json(list);
	});
	router.delete('/', async (request, response) => {
		checked(emptyQuery, request.query);
		await gallery.emptyTrash();
		response.status(204).end();
	});
	router.get('/:id', async (request, response) => {
		response.json((await gallery.findAnywhere(idOf(runId, request))).info);
	});
	router.patch('/:id', async (request, response) => {
		const id = idOf(runId, request);
		response.json(await gallery.star(id, bodyOf(outputPatch, request).starred));
	});
	router.delete('/:id', async (request, response) => {
		await gallery.remove(idOf(runId, request));
		response.status(204).end();
	});
	router.post('/:id/restore', async (request, response) => {
		response.json(await gallery.restore(idOf(runId, request)));
	});
	router.get('/:id/image', async (request, response) => {
		const { path, at } = await gallery.findAnywhere(idOf(runId, request));
		const { width } = checked(imageQuery, request.query);
		response.set('Cache-Control', 'private, no-cache').set('Content-Security-Policy', sandbox);
		response.set('ETag', `"${at.toString(36)}-${width ?? 'whole'}"`);
		if (request.fresh) return void response.status(304).end();
		const image = join(path, 'image.png');
		if (width === undefined) return void response.type('png').send(await readFile(image));
		const small = await sharp(image).resize({ width, withoutEnlargement: true }).webp({ quality }).toBuffer();
		response.type('webp').send(small);
	});
	router.get('/:id/export', async (request, response) => {
		const { path, info } = await gallery.find(idOf(runId, request));
		const query = checked(exportQuery, request.query);
		response.set('Content-Security-Policy', sandbox);
		if (query.format === 'recipe') {
			// Without the folders of this machine.
			const text = `${JSON.stringify(info.recipe, undefined, '\t')}\n`;
			return void response
				.attachment(`${fileNameOf(info)}.json`)
				.type('json')
				.send(text);
		}
		const format = formats[query.format];
		if (!format) throw new HttpProblem(400, 'E_ARGUMENT', `expected another format than ${query.format}`);
		const options = exportOptions(query, Math.max(...info.size));
		const { bytes } = await exporter.do('export', { path, format: query.format, options });
		response
			.attachment(`${fileNameOf(info)}${format.extension}`)
			.type(types[format.kind]!)
			.send(Buffer.from(bytes));
	});
	return router;
}
