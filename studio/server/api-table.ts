/** @file All REST routes, as programs and people are told of them. */

import type { z } from 'zod';
import * as protocol from '../protocol.js';
import { exportQuery } from './export-query.js';
import { studioQuery } from './routes/info.js';
import { emptyQuery, imageQuery, outputQuery } from './routes/outputs.js';
import { importQuery } from './routes/presets.js';

export interface Route {
	readonly method: 'get' | 'post' | 'patch' | 'delete';
	/** Under /api/v1, with `{name}` for what varies. */
	readonly path: string;
	readonly summary: string;
	readonly body?: z.ZodType | 'bytes' | 'nothing' | 'link or bytes';
	readonly query?: z.ZodType;
	readonly answers: string;
	readonly status?: number;
	readonly media?: string;
}

const nothing = 'nothing';
/** In the order of the page. */
export const routes: readonly Route[] = [
	{ method: 'get', path: '/health', summary: 'Whether the studio is there', answers: '{status, version, uptime}' },
	{
		method: 'get',
		path: '/studio',
		summary: 'Schema of recipes, limits, wildcards',
		query: studioQuery,
		answers: 'StudioInfo',
	},
	{ method: 'get', path: '/runs', summary: 'Runs of this session', answers: '{runs: RunInfo[]}' },
	{ method: 'post', path: '/runs', summary: 'Draw', body: protocol.newRuns, answers: '{runs: RunInfo[]}', status: 201 },
	{ method: 'get', path: '/runs/{id}', summary: 'A run, finished or not', answers: 'RunInfo' },
	{
		method: 'delete',
		path: '/runs/{id}',
		summary: 'Forget one that failed or was cancelled',
		answers: '',
		status: 204,
	},
	{
		method: 'post',
		path: '/runs/{id}/commands',
		summary: 'Pause, resume, stop, skip, edit',
		body: protocol.runCommand,
		answers: 'RunInfo',
	},
	{
		method: 'post',
		path: '/runs/{id}/retry',
		summary: 'Draw one that failed or was cancelled',
		body: nothing,
		answers: 'RunInfo',
	},
	{
		method: 'post',
		path: '/runs/{id}/branch',
		summary: 'Go on from an earlier step with other words',
		body: protocol.branchRequest,
		answers: 'RunInfo',
		status: 201,
	},
	{ method: 'get', path: '/runs/{id}/history', summary: 'Curves', answers: 'RunHistory' },
	{ method: 'get', path: '/runs/{id}/frames', summary: 'Moments that are kept', answers: 'FrameList' },
	{
		method: 'get',
		path: '/runs/{id}/frames/{step}',
		summary: 'What it was at a step',
		answers: 'a frame',
		media: 'application/octet-stream',
	},
	{ method: 'get', path: '/queue', summary: 'What is drawn and what waits', answers: 'QueueInfo' },
	{
		method: 'post',
		path: '/queue',
		summary: 'Pause, resume, clear, move, cancel',
		body: protocol.queueCommand,
		answers: 'QueueInfo',
	},
	{
		method: 'post',
		path: '/recipes/check',
		summary: 'Fill in defaults, or say what is wrong',
		body: protocol.checkRequest,
		answers: 'CheckedRecipe',
	},
	{
		method: 'post',
		path: '/recipes/prompts',
		summary: 'What wildcards make of prompts',
		body: protocol.promptPreview,
		answers: 'PromptPreview',
	},
	{
		method: 'post',
		path: '/recipes/read',
		summary: 'The recipe in a share link or a file',
		body: 'link or bytes',
		answers: 'ReadRecipe',
	},
	{ method: 'post', path: '/recipes/link', summary: 'A share link', body: protocol.linkRequest, answers: '{fragment}' },
	{ method: 'get', path: '/outputs', summary: 'Finished runs', query: outputQuery, answers: 'OutputList' },
	{
		method: 'delete',
		path: '/outputs',
		summary: 'Empty the trash, for good',
		query: emptyQuery,
		answers: '',
		status: 204,
	},
	{ method: 'get', path: '/outputs/{id}', summary: 'A finished run', answers: 'OutputInfo' },
	{ method: 'patch', path: '/outputs/{id}', summary: 'Star it', body: protocol.outputPatch, answers: 'OutputInfo' },
	{ method: 'delete', path: '/outputs/{id}', summary: 'To the trash', answers: '', status: 204 },
	{ method: 'post', path: '/outputs/{id}/restore', summary: 'Out of the trash', body: nothing, answers: 'OutputInfo' },
	{
		method: 'get',
		path: '/outputs/{id}/image',
		summary: 'Its picture',
		query: imageQuery,
		answers: 'PNG, or WebP with a width',
		media: 'image/*',
	},
	{
		method: 'get',
		path: '/outputs/{id}/export',
		summary: 'A file of it',
		query: exportQuery,
		answers: 'a file',
		media: 'application/octet-stream',
	},
	{ method: 'get', path: '/presets', summary: 'Looks', answers: '{presets: PresetInfo[]}' },
	{
		method: 'post',
		path: '/presets',
		summary: 'Save a look',
		body: protocol.newPreset,
		answers: 'PresetInfo',
		status: 201,
	},
	{
		method: 'post',
		path: '/presets/import',
		summary: 'Take in a file of presets',
		body: 'bytes',
		query: importQuery,
		answers: '{names}',
		status: 201,
	},
	{ method: 'get', path: '/presets/{name}', summary: 'A look', answers: 'PresetInfo' },
	{ method: 'delete', path: '/presets/{name}', summary: 'Remove one of your own', answers: '', status: 204 },
	{
		method: 'post',
		path: '/presets/{name}/restore',
		summary: 'Bring back one that was removed',
		body: nothing,
		answers: 'PresetInfo',
	},
	{ method: 'get', path: '/presets/{name}/thumbnail', summary: 'Its picture', answers: 'a picture', media: 'image/*' },
	{ method: 'get', path: '/presets/{name}/export', summary: 'Its file', answers: 'a preset' },
	{ method: 'get', path: '/encoders', summary: 'Who can judge drawings', answers: '{encoders: EncoderInfo[]}' },
	{
		method: 'post',
		path: '/encoders/{name}/download',
		summary: 'Fetch weights; the socket event `download` says how far it is',
		body: nothing,
		answers: '',
		status: 202,
	},
	{
		method: 'post',
		path: '/uploads',
		summary: 'Send a picture for recipes',
		body: 'bytes',
		answers: 'UploadInfo',
		status: 201,
	},
	{
		method: 'get',
		path: '/uploads/{id}',
		summary: 'A picture that was sent',
		answers: 'the picture',
		media: 'image/*',
	},
	{ method: 'get', path: '/openapi.json', summary: 'This, for programs', answers: 'OpenAPI 3.1' },
];
