/** @file What to do about a pulled model that does not load. */

import { AtelierError } from '../../errors.js';
import { brokenInWords, cutFiles, pulledModels } from './cache.js';

/**
 * What went wrong with models, with the advice to pull those again whose files are missing or of another size than was fetched; as it
 * was for all others.
 * @param paths where the models are
 */
export function withPullAdvice(error: unknown, paths: readonly string[]): unknown {
	if (!(error instanceof AtelierError) || (error.code !== 'E_CHECKPOINT' && error.code !== 'E_IO')) return error;
	for (const model of pulledModels()) {
		if (!paths.includes(model.folder)) continue;
		const broken = brokenInWords(cutFiles(model));
		if (broken !== '')
			return new AtelierError(
				'E_CHECKPOINT',
				`expected '${model.name}' as it was fetched, got files that are not (${broken}); mend it with: npx atelier models pull ${model.name}`,
				{ cause: error },
			);
	}
	return error;
}
