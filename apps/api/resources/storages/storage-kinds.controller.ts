import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  idText,
  pageOf,
  storageKindView as kindDocument,
  type PageView,
  type StorageKindView,
} from '#node-protocol';
import { storageDriver, storageDrivers } from '#storage/drivers';
import { pageQuery, pageView, type PageQuery } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { storageKindView } from '../../views/storage-view.js';

/** What kinds of storage there are, with all that can be set: what forms are made of. */
@ApiTags('storages')
@Controller('api/v1/storage-kinds')
export class StorageKindsController {
  @Get()
  @Answers(pageOf(kindDocument), { summary: 'List the kinds of storage with their settings' })
  async list(@Query({ schema: pageQuery }) query: PageQuery): Promise<PageView<StorageKindView>> {
    const rows = storageDrivers.slice(query.offset, query.offset + query.limit);
    return pageView({ rows, total: storageDrivers.length }, query, storageKindView);
  }

  @Get(':kind')
  @Answers(kindDocument, { summary: 'Show a kind of storage', fails: ['storage.unknown-kind'] })
  async show(
    @Param('kind', { schema: idText.meta({ example: 'sftp' }) }) kind: string,
  ): Promise<StorageKindView> {
    return storageKindView(storageDriver(kind));
  }
}
