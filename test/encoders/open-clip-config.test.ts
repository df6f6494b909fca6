/** @file open_clip's configurations, as it publishes them. */

import { expect, it } from 'vitest';
import { parseOpenClipConfig } from '../../src/encoders/open-clip-config.js';

it('of a ResNet, whose patch size is null', () => {
	const text_cfg = { context_length: 77, vocab_size: 49408, width: 512, heads: 8, layers: 12 };
	const vision_cfg = { image_size: 224, layers: [3, 4, 6, 3], width: 64, patch_size: null };
	const config = parseOpenClipConfig({ embed_dim: 1024, vision_cfg, text_cfg });
	expect(config.vision).toEqual({ kind: 'resnet', resolution: 224, width: 64, layers: [3, 4, 6, 3], heads: 32 });
});
