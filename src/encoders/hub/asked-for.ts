/** @file What an address stands for, in words: people know a model by its name, not by the addresses of an API. */

import { knownModel, knownNames } from './manifest.js';
import { didYouMean } from './meant-model.js';

/** What is asked for, and which name was meant if it is of no model that is known: `; did you mean 'x'?`, or nothing. */
export function askedFor(url: string): { readonly what: string; readonly meant: string } {
	const { origin, host, pathname } = new URL(url);
	const [, model, revision = 'main'] = /\/api\/models\/([^/]+\/[^/]+)\/[^/]+\/([^/]+)/.exec(pathname) ?? [];
	if (model !== undefined) {
		const at = revision === 'main' ? '' : `@${decodeURIComponent(revision)}`;
		return {
			what: `the model '${model}${at}' of ${host}`,
			meant: knownModel(model) ? '' : didYouMean(model, knownNames()),
		};
	}
	const [, of, file] = /\/([^/]+\/[^/]+)\/resolve\/[^/]+\/([^/]+)$/.exec(pathname) ?? [];
	return { what: of === undefined ? `${origin}${pathname}` : `${file} of '${of}' from ${host}`, meant: '' };
}
